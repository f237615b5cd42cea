// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package drives

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Clock is the emulator's one clock.
type Clock interface{ Now() time.Time }

// State is all drives of one tenant. All methods are safe for concurrent use.
type State struct {
	clock Clock
	host  string // of SharePoint, without its ending

	mu       sync.Mutex
	dir      string // of the contents; "" until the first
	drives   map[string]*drive
	sessions map[string]*session
	tickets  map[string]*item // who may download without a token
	limit    int64            // bytes that a drive holds; 0: no limit
}

// New returns the drives of a tenant, whose SharePoint is named after host, e.g. demo.
func New(clock Clock, host string) *State {
	s := &State{clock: clock, host: host}
	s.clear()
	return s
}

func (s *State) clear() {
	s.drives, s.sessions, s.tickets = map[string]*drive{}, map[string]*session{}, map[string]*item{}
	s.limit = 0
}

// Clear forgets everything, contents too.
func (s *State) Clear() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	dir := s.dir
	s.dir = ""
	if dir == "" {
		return nil
	}
	return os.RemoveAll(dir)
}

// SetLimit makes every drive hold no more than so many bytes; 0 takes the limit away.
func (s *State) SetLimit(bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = bytes
}

// Drive is a drive as Graph shows it (Graph docs, drive resource).
type Drive struct {
	ID     string `json:"id"`
	Type   string `json:"driveType"` // documentLibrary or business
	Name   string `json:"name"`
	WebURL string `json:"webUrl"`
}

type drive struct {
	Drive
	owner string // user id, or team id of a library
	team  bool
	root  *item
	items map[string]*item
}

type item struct {
	drive    *drive
	parent   *item // nil for the root
	children []*item
	id       string
	name     string
	unique   string // GUID
	version  int
	folder   bool
	size     int64
	file     string // where the content lies
	created  time.Time
	modified time.Time
	grants   []Grant
}

// Grant is somebody's right to an item.
type Grant struct {
	ID   string
	User string // "" for a link
	Role string // read or write
	// Scope of a link: organization or users.
	Scope string
}

// TeamDrive returns the library of a team; it is made when it is first asked for.
func (s *State) TeamDrive(team, name string) Drive {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.driveOf(team, true, "https://"+s.host+".sharepoint.com/sites/"+compact(name)+"/Shared%20Documents").Drive
}

// UserDrive returns somebody's own drive; it is made when it is first asked for.
func (s *State) UserDrive(user, principalName string) Drive {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := strings.NewReplacer("@", "_", ".", "_").Replace(principalName)
	return s.driveOf(user, false, "https://"+s.host+"-my.sharepoint.com/personal/"+name+"/Documents").Drive
}

func compact(name string) string { return strings.ReplaceAll(name, " ", "") }

func (s *State) driveOf(owner string, team bool, address string) *drive {
	for _, d := range s.drives {
		if d.owner == owner {
			return d
		}
	}
	d := &drive{owner: owner, team: team, items: map[string]*item{}}
	d.Drive = Drive{ID: "b!" + token(), Type: "business", Name: "OneDrive", WebURL: address}
	if team {
		d.Type, d.Name = "documentLibrary", "Documents"
	}
	d.root = s.add(d, nil, "root", true)
	s.drives[d.ID] = d
	return d
}

// Folder returns the folder of a name in a drive's root; it is made when it is first asked for.
func (s *State) Folder(driveID, name string) (Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.drive(driveID)
	if err != nil {
		return Item{}, err
	}
	folder := d.root.child(name)
	if folder == nil {
		folder = s.add(d, d.root, name, true)
	}
	return s.show(folder), nil
}

func (s *State) add(d *drive, parent *item, name string, folder bool) *item {
	now := s.clock.Now()
	i := &item{drive: d, parent: parent, id: "01" + token(), name: name, unique: uuid.NewString(), version: 1, folder: folder, created: now, modified: now}
	d.items[i.id] = i
	if parent != nil {
		parent.children = append(parent.children, i)
	}
	return i
}

func (i *item) child(name string) *item {
	at := slices.IndexFunc(i.children, func(c *item) bool { return strings.EqualFold(c.name, name) })
	if at < 0 {
		return nil
	}
	return i.children[at]
}

// address is the item's webUrl.
func (i *item) address() string {
	if i.parent == nil {
		return i.drive.WebURL
	}
	return i.parent.address() + "/" + url.PathEscape(i.name)
}

func (s *State) drive(id string) (*drive, error) {
	d, ok := s.drives[id]
	if !ok {
		return nil, refuse(NotFound, "itemNotFound", "The drive '%s' does not exist.", id)
	}
	return d, nil
}

// find returns the item that a path of Graph names: an item's id or "root", with ":/a/path" behind it for what is below.
// The rest is what of the path is not there.
func (s *State) find(driveID, named string) (found *item, rest []string, err error) {
	d, err := s.drive(driveID)
	if err != nil {
		return nil, nil, err
	}
	id, below, _ := strings.Cut(named, ":/")
	found = d.root
	if id != "root" {
		if found = d.items[id]; found == nil {
			return nil, nil, refuse(NotFound, "itemNotFound", "The resource could not be found.")
		}
	}
	for segment := range strings.SplitSeq(strings.Trim(below, "/"), "/") {
		if segment == "" {
			continue
		}
		next := found.child(segment)
		if len(rest) > 0 || next == nil {
			rest = append(rest, segment)
			continue
		}
		found = next
	}
	return found, rest, nil
}

// ByAddress finds the item with a webUrl, whatever of it is escaped.
func (s *State) ByAddress(address string) (driveID, itemID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	plain, err := url.PathUnescape(address)
	if err != nil {
		plain = address
	}
	for _, d := range s.drives {
		for _, i := range d.items {
			if shown, _ := url.PathUnescape(i.address()); strings.EqualFold(shown, plain) {
				return d.ID, i.id, nil
			}
		}
	}
	return "", "", refuse(NotFound, "itemNotFound", "The sharing link no longer exists, or you do not have permission to access it.")
}

// contents returns the folder of the contents.
func (s *State) contents() (string, error) {
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "msteams-emulator-")
		if err != nil {
			return "", fmt.Errorf("make a folder for files: %w", err)
		}
		s.dir = dir
	}
	return s.dir, nil
}

func (s *State) newFile() (*os.File, error) {
	s.mu.Lock()
	dir, err := s.contents()
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return os.Create(path.Join(dir, token()))
}

func token() string {
	var random [20]byte
	rand.Read(random[:]) // never fails (crypto/rand)
	return base32.StdEncoding.EncodeToString(random[:])
}

// Kind classes what a drive refuses; package drivesapi turns it into a status.
type Kind int

// The kinds of refusal.
const (
	NotFound Kind = iota + 1 // 404
	Denied                   // 403
	Invalid                  // 400
	Conflict                 // 409
	Full                     // 507
	BadRange                 // 416
	TooLarge                 // 413
)

// Error is a refusal.
type Error struct {
	Kind    Kind
	Code    string // Graph's
	Message string
}

func (e *Error) Error() string { return e.Message }

func refuse(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

func discard(f *os.File) error {
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
