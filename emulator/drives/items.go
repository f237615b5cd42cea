// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package drives

import (
	"fmt"
	"io"
	"mime"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// Item is a file or folder as Graph shows it (Graph docs, driveItem resource).
type Item struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Size        int64     `json:"size"`
	ETag        string    `json:"eTag"`
	CTag        string    `json:"cTag"`
	WebURL      string    `json:"webUrl"`
	CreatedAt   time.Time `json:"createdDateTime"`
	ModifiedAt  time.Time `json:"lastModifiedDateTime"`
	Parent      Parent    `json:"parentReference"`
	File        *File     `json:"file,omitempty"`
	Folder      *Folder   `json:"folder,omitempty"`
	DownloadURL string    `json:"@microsoft.graph.downloadUrl,omitempty"`
}

// Parent says where an item lies.
type Parent struct {
	DriveID   string `json:"driveId"`
	DriveType string `json:"driveType"`
	ID        string `json:"id,omitempty"`
	Path      string `json:"path,omitempty"`
}

// File is what only files have.
type File struct {
	MimeType string `json:"mimeType"`
}

// Folder is what only folders have.
type Folder struct {
	ChildCount int `json:"childCount"`
}

func (s *State) show(i *item) Item {
	shown := Item{
		ID: i.id, Name: i.name, Size: i.size, WebURL: i.address(), CreatedAt: i.created.UTC(), ModifiedAt: i.modified.UTC(),
		ETag: fmt.Sprintf("\"{%s},%d\"", strings.ToUpper(i.unique), i.version), CTag: fmt.Sprintf("\"c:{%s},%d\"", strings.ToUpper(i.unique), i.version),
		Parent: Parent{DriveID: i.drive.ID, DriveType: i.drive.Type},
	}
	if i.parent != nil {
		shown.Parent.ID, shown.Parent.Path = i.parent.id, "/drives/"+i.drive.ID+"/root:"+i.parent.below()
	}
	if i.folder {
		shown.Folder = &Folder{ChildCount: len(i.children)}
		return shown
	}
	kind := mime.TypeByExtension(path.Ext(i.name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	shown.File = &File{MimeType: kind}
	return shown
}

func (i *item) below() string {
	if i.parent == nil {
		return ""
	}
	return i.parent.below() + "/" + i.name
}

// Item returns an item; named is as Graph's paths name it, see find.
func (s *State) Item(driveID, named string) (Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.existing(driveID, named)
	if err != nil {
		return Item{}, err
	}
	return s.show(i), nil
}

func (s *State) existing(driveID, named string) (*item, error) {
	i, rest, err := s.find(driveID, named)
	if err == nil && len(rest) > 0 {
		err = refuse(NotFound, "itemNotFound", "The resource could not be found.")
	}
	return i, err
}

// Children lists a folder, oldest first.
func (s *State) Children(driveID, named string) ([]Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.existing(driveID, named)
	if err != nil {
		return nil, err
	}
	list := []Item{}
	for _, c := range i.children {
		list = append(list, s.show(c))
	}
	return list, nil
}

// Remove deletes an item.
func (s *State) Remove(driveID, named string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.existing(driveID, named)
	if err != nil || i.parent == nil {
		return err
	}
	i.parent.children = slices.DeleteFunc(i.parent.children, func(c *item) bool { return c == i })
	delete(i.drive.items, i.id)
	return nil
}

// Rights says whose drive an item lies in and who was given it besides.
func (s *State) Rights(driveID, named string) (owner string, team bool, grants []Grant, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, _, err := s.find(driveID, named)
	if err != nil {
		return "", false, nil, err
	}
	for at := i; at != nil; at = at.parent {
		grants = append(grants, at.grants...)
	}
	return i.drive.owner, i.drive.team, grants, nil
}

// Grant gives somebody, or whoever has a link, a right to an item.
func (s *State) Grant(driveID, named string, g Grant) (Grant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.existing(driveID, named)
	if err != nil {
		return Grant{}, err
	}
	if at := slices.IndexFunc(i.grants, func(o Grant) bool { return o.User == g.User && o.Role == g.Role && o.Scope == g.Scope }); at >= 0 {
		return i.grants[at], nil
	}
	g.ID = token()
	i.grants = append(i.grants, g)
	return g, nil
}

// Behaviour is what happens when a name is taken.
type Behaviour string

// The behaviours.
const (
	Fail    Behaviour = "fail"
	Replace Behaviour = "replace"
	Rename  Behaviour = "rename"
)

// Put keeps a file's content. created is false when it took the place of an older one.
func (s *State) Put(driveID, named string, behaviour Behaviour, content io.Reader) (kept Item, created bool, err error) {
	file, err := s.newFile()
	if err != nil {
		return Item{}, false, err
	}
	size, err := io.Copy(file, content)
	if err != nil {
		return Item{}, false, fmt.Errorf("%w; %w", err, discard(file))
	}
	if err := file.Close(); err != nil {
		return Item{}, false, err
	}
	kept, created, err = s.place(driveID, named, behaviour, file.Name(), size)
	if err != nil {
		_ = os.Remove(file.Name()) // nobody knows of it
	}
	return kept, created, err
}

// place puts a content where a path says, with the folders on the way that are not there.
func (s *State) place(driveID, named string, behaviour Behaviour, file string, size int64) (Item, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, rest, err := s.find(driveID, named)
	if err != nil {
		return Item{}, false, err
	}
	if s.limit > 0 && at.drive.used()+size > s.limit {
		return Item{}, false, refuse(Full, "quotaLimitReached", "The user has reached their quota limit.")
	}
	switch {
	case len(rest) == 0 && at.folder:
		return Item{}, false, refuse(Conflict, "nameAlreadyExists", "A folder has that name.")
	case len(rest) == 0 && behaviour == Fail:
		return Item{}, false, refuse(Conflict, "nameAlreadyExists", "The specified item name already exists.")
	case len(rest) == 0 && behaviour == Rename:
		at, rest = at.parent, []string{free(at.parent, at.name)}
	}
	created := len(rest) > 0
	for n, name := range rest {
		if !at.folder {
			return Item{}, false, refuse(Invalid, "invalidRequest", "'%s' is not a folder.", at.name)
		}
		if err := checkName(name); err != nil {
			return Item{}, false, err
		}
		at = s.add(at.drive, at, name, n < len(rest)-1)
	}
	if !created {
		at.version++
	}
	at.file, at.size, at.modified = file, size, s.clock.Now()
	return s.show(at), created, nil
}

func (d *drive) used() (bytes int64) {
	for _, i := range d.items {
		bytes += i.size
	}
	return bytes
}

// free is a name like the given one that nothing in the folder has.
func free(in *item, name string) string {
	extension := path.Ext(name)
	for n := 1; ; n++ {
		other := fmt.Sprintf("%s %d%s", strings.TrimSuffix(name, extension), n, extension)
		if in.child(other) == nil {
			return other
		}
	}
}

// checkName refuses what SharePoint does (Office support, "Restrictions and limitations in OneDrive and SharePoint").
func checkName(name string) error {
	base := strings.ToUpper(strings.TrimSuffix(name, path.Ext(name)))
	switch {
	case strings.ContainsAny(name, "\"*:<>?/\\|") || strings.Trim(name, " ") != name || strings.HasSuffix(name, "."),
		strings.HasPrefix(name, "~$"), len(name) > 255, slices.Contains([]string{"CON", "PRN", "AUX", "NUL", ".LOCK", "DESKTOP.INI"}, strings.ToUpper(name)),
		len(base) == 4 && (strings.HasPrefix(base, "COM") || strings.HasPrefix(base, "LPT")) && base[3] >= '0' && base[3] <= '9', strings.Contains(name, "_vti_"):
		return refuse(Invalid, "invalidRequest", "The provided name '%s' cannot be used.", name)
	}
	return nil
}

// Open opens a file's content.
func (s *State) Open(driveID, named string) (*os.File, Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.existing(driveID, named)
	if err != nil {
		return nil, Item{}, err
	}
	if i.folder {
		return nil, Item{}, refuse(Invalid, "invalidRequest", "A folder has no content.")
	}
	f, err := os.Open(i.file)
	return f, s.show(i), err
}
