// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"strings"
)

// download begins a CSV file for a browser to keep.
func (c *call) download(name string) *csv.Writer {
	header := c.w.Header()
	header.Set("Content-Type", "text/csv; charset=utf-8")
	header.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	header.Set("Cache-Control", "no-store")
	c.w.WriteHeader(http.StatusOK)
	return csv.NewWriter(c.w)
}

// formulaStarts are what makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection").
const formulaStarts = "=+-@\t\r"

// plainCell keeps a spreadsheet from taking text that somebody else chose for a formula.
func plainCell(text string) string {
	if text != "" && strings.ContainsRune(formulaStarts, rune(text[0])) {
		return "'" + text
	}
	return text
}

// readCell undoes plainCell.
func readCell(cell string) string {
	cell = strings.TrimSpace(cell)
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune(formulaStarts, rune(cell[1])) {
		return cell[1:]
	}
	return cell
}

// listLine is one line of a list with its number, from 1 on.
type listLine struct {
	number int
	text   string
}

// readList reads the column of a CSV file that a list of users stands in: the one that is named so, else the first.
// Spreadsheets write semicolons in some countries and a byte order mark everywhere.
func readList(body io.Reader) ([]listLine, error) {
	document := bufio.NewReader(body)
	if mark, err := document.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = document.Discard(3)
	}
	content, err := io.ReadAll(document)
	if err != nil {
		return nil, err
	}
	first, _, _ := bytes.Cut(content, []byte("\n"))
	reader := csv.NewReader(bytes.NewReader(content))
	reader.FieldsPerRecord, reader.TrimLeadingSpace, reader.LazyQuotes = -1, true, true
	switch {
	case bytes.ContainsRune(first, ';') && !bytes.ContainsRune(first, ','):
		reader.Comma = ';'
	case bytes.ContainsRune(first, '\t') && !bytes.ContainsRune(first, ','):
		reader.Comma = '\t'
	}
	var lines []listLine
	column, begun := 0, false
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, badRequest("The body is no CSV: %v.", err)
		}
		if !begun {
			begun = true
			if named := userColumn(record); named >= 0 {
				column = named
				continue
			}
		}
		number, _ := reader.FieldPos(0)
		line := listLine{number: number}
		if column < len(record) {
			line.text = readCell(record[column])
		}
		if line.text != "" || len(record) > 1 {
			lines = append(lines, line)
		}
	}
}

// userColumn finds the column with the users in a line of headings; -1 when it is none.
func userColumn(record []string) int {
	for i, heading := range record {
		switch strings.ToLower(strings.TrimSpace(heading)) {
		case "email", "e-mail", "mail", "user", "users", "username", "user name":
			return i
		}
	}
	return -1
}
