// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Command moduledocs writes the tables of inputs and outputs into the README of each module and example, between the two
// comments that ask for it.
//
//	moduledocs FOLDER…          writes
//	moduledocs check FOLDER…    ends with an error if a README was not up to date, and writes it all the same
//
// FOLDER is a directory that holds modules or examples; those without such a README are passed over.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	folders, check := os.Args[1:], false
	if len(folders) > 0 && folders[0] == "check" {
		folders, check = folders[1:], true
	}
	stale, err := write(folders)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	case check && len(stale) > 0:
		fmt.Fprintf(os.Stderr, "The tables of these are generated, and were not what the configuration says. They have been written anew: look at them and commit them.\n  %s\n", strings.Join(stale, "\n  "))
		os.Exit(1)
	}
}

// write brings the README files below the folders up to date and returns those that were not.
func write(folders []string) (stale []string, err error) {
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*", "README.md"))
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, errors.New("there is no README.md below " + folder)
		}
		for _, file := range files {
			old, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			before, rest, found := strings.Cut(string(old), begin)
			if !found {
				continue
			}
			_, after, found := strings.Cut(rest, end)
			if !found {
				return nil, fmt.Errorf("%s: the tables have no end: %s is missing", file, end)
			}
			tables, err := describe(filepath.Dir(file))
			if err != nil {
				return nil, err
			}
			text := before + begin + "\n\n" + tables + "\n" + end + after
			if text == string(old) {
				continue
			}
			stale = append(stale, file)
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				return nil, err
			}
		}
	}
	return stale, nil
}

// The comments between which the tables stand.
const (
	begin = "<!-- tables: written by tools/moduledocs -->"
	end   = "<!-- end of tables -->"
)
