//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/drives"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// noise is a content of that many bytes that is like no other.
func noise(bytes int) []byte {
	content := make([]byte, bytes)
	source := rand.NewChaCha8([32]byte(sha256.New().Sum(fmt.Appendf(nil, "%d", bytes))[:32]))
	_, _ = source.Read(content) // never fails
	return content
}

func picture(t *testing.T, kind string) []byte {
	t.Helper()
	var b bytes.Buffer
	pixels := image.NewPaletted(image.Rect(0, 0, 3, 2), color.Palette{color.Black, color.White})
	err := png.Encode(&b, pixels)
	if kind == "gif" {
		b.Reset()
		err = gif.Encode(&b, pixels, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// keep puts a file where Teams would, for a message in the channel.
func (l *link) keep(t *testing.T, name string, content []byte) teams.Attachment {
	t.Helper()
	channel, err := shared.Emulator.Teams().Channel(l.place.Team, l.place.Channel)
	if err != nil {
		t.Fatal(err)
	}
	drive := shared.Emulator.Drives().TeamDrive(string(l.place.Team), shared.teamsTeam.DisplayName)
	folder, err := shared.Emulator.Drives().Folder(drive.ID, channel.DisplayName)
	if err != nil {
		t.Fatal(err)
	}
	return attachmentOf(t, drive, folder.ID, name, content)
}

func attachmentOf(t *testing.T, drive drives.Drive, folder, name string, content []byte) teams.Attachment {
	t.Helper()
	item, _, err := shared.Emulator.Drives().Put(drive.ID, folder+":/"+name, drives.Replace, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	_, id, _ := strings.Cut(item.ETag, "{")
	id, _, _ = strings.Cut(id, "}")
	address := item.WebURL
	return teams.Attachment{ID: strings.ToLower(id), ContentType: "reference", ContentURL: &address, Name: &name}
}

func tags(attachments ...teams.Attachment) (elements string) {
	for _, a := range attachments {
		elements += `<attachment id="` + a.ID + `"></attachment>`
	}
	return elements
}

// sayWith writes in Teams with files and pictures; the pictures' ids are 1, 2, …
func (l *link) sayWith(t *testing.T, as, html string, attachments []teams.Attachment, pictures ...teams.HostedContent) *teams.Message {
	t.Helper()
	for i := range pictures {
		pictures[i].TemporaryID = fmt.Sprint(i + 1)
	}
	message, err := shared.Emulator.Teams().Post(as, l.place, "", teams.Draft{
		Body: teams.HTML(html + tags(attachments...)), Attachments: attachments, HostedContents: pictures, Address: shared.Emulator.URL(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return message
}

// shownFiles are the names of a post's files with hashes of their contents, sorted.
func shownFiles(ctx context.Context, post string) ([]string, error) {
	client := shared.Mattermost.Client()
	infos, _, err := client.GetFileInfosForPost(ctx, post, "")
	if err != nil {
		return nil, err
	}
	var files []string
	for _, info := range infos {
		content, _, err := client.GetFile(ctx, info.Id)
		if err != nil {
			return nil, err
		}
		files = append(files, named(info.Name, content))
	}
	slices.Sort(files)
	return files, nil
}

func named(name string, content []byte) string {
	return fmt.Sprintf("%s %x", name, sha256.Sum256(content))
}

func (l *link) hasFiles(t *testing.T, post *model.Post, want ...string) {
	t.Helper()
	slices.Sort(want)
	eventually(t, func(ctx context.Context) error {
		got, err := shownFiles(ctx, post.Id)
		if err == nil && !slices.Equal(got, want) {
			err = fmt.Errorf("the post shows %q, want %q", got, want)
		}
		return err
	})
}

// filesInTeams are the names of a message's files, without the part that makes them unique, with hashes of their contents.
func filesInTeams(message *teams.Message) ([]string, error) {
	var files []string
	for _, a := range message.Attachments {
		if a.ContentType != "reference" || !strings.Contains(message.Text(), tags(a)) {
			return nil, fmt.Errorf("the attachment %+v has no place in %q", a, message.Text())
		}
		drive, item, err := shared.Emulator.Drives().ByAddress(*a.ContentURL)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", *a.ContentURL, err)
		}
		file, kept, err := shared.Emulator.Drives().Open(drive, item)
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(file)
		if err := errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
		if !strings.Contains(strings.ToLower(kept.ETag), a.ID) {
			return nil, fmt.Errorf("the attachment's id %s is not in the eTag %s", a.ID, kept.ETag)
		}
		name := kept.Name
		if before, rest, found := strings.Cut(name, " ("); found {
			_, extension, _ := strings.Cut(rest, ")")
			name = before + extension
		}
		files = append(files, named(name, content))
	}
	slices.Sort(files)
	return files, nil
}

func (l *link) hasFilesInTeams(t *testing.T, message *teams.Message, want ...string) {
	t.Helper()
	slices.Sort(want)
	eventually(t, func(context.Context) error {
		now, err := shared.Emulator.Teams().Message(message.Ref())
		if err != nil {
			return err
		}
		got, err := filesInTeams(now)
		if err == nil && !slices.Equal(got, want) {
			err = fmt.Errorf("the message shows %q, want %q", got, want)
		}
		return err
	})
}

// postBeside waits for the post that shows nothing but a file.
func (l *link) postBeside(t *testing.T, name string) (found *model.Post) {
	t.Helper()
	eventually(t, func(ctx context.Context) error {
		posts, err := l.posts(ctx)
		if err != nil {
			return err
		}
		for _, p := range posts {
			files, err := shownFiles(ctx, p.Id)
			if err != nil {
				return err
			}
			if len(files) == 1 && strings.HasPrefix(files[0], name+" ") {
				found = p
				return nil
			}
		}
		return fmt.Errorf("none of %d posts shows %s alone", len(posts), name)
	})
	if strings.TrimPrefix(found.Message, "**drew Demo:**") != "" {
		t.Errorf("beside %s alone stands %q", name, found.Message)
	}
	return found
}

// upload gives Mattermost a file for a post in the channel.
func (l *link) upload(t *testing.T, as *stack.User, name string, content []byte) string {
	t.Helper()
	answer, _, err := as.Client.UploadFile(t.Context(), content, l.channel.Id, name)
	if err != nil {
		t.Fatal(err)
	}
	return answer.FileInfos[0].Id
}

func (l *link) writeWith(t *testing.T, as *stack.User, text string, files ...string) *model.Post {
	t.Helper()
	post, _, err := as.Client.CreatePost(t.Context(), &model.Post{ChannelId: l.channel.Id, Message: text, FileIds: files})
	if err != nil {
		t.Fatal(err)
	}
	return post
}

func TestFilesOfTeamsShowInMattermost(t *testing.T) {
	l := newLink(t)
	large, small := noise(6_000_000), []byte("all: build\n")
	dot, moving := picture(t, "png"), picture(t, "gif")
	attachments := []teams.Attachment{l.keep(t, "plan (final) #2.bin", large), l.keep(t, "Makefile", small), l.keep(t, "empty.txt", nil)}
	// One that lies in the author's own drive.
	blake, _ := shared.Emulator.Directory().User("blake@demo.example")
	own := shared.Emulator.Drives().UserDrive(blake.ID, blake.UserPrincipalName)
	attachments = append(attachments, attachmentOf(t, own, "root", "own.txt", []byte("own")))
	message := l.sayWith(t, "blake@demo.example", `<p>before <img src="../hostedContents/1/$value" alt="image"> and after <img src="../hostedContents/2/$value"></p>`, attachments,
		teams.HostedContent{Bytes: dot, ContentType: "image/png"}, teams.HostedContent{Bytes: moving, ContentType: "image/gif"})
	post := l.post(t, "before")
	if want := "before (image: image-1.png) and after (image: image-2.gif)"; post.Message != want {
		t.Errorf("the text is %q, want %q", post.Message, want)
	}
	if post.UserId != shared.blake.ID {
		t.Errorf("the author is %s", post.UserId)
	}
	l.hasFiles(t, post, named("plan (final) #2.bin", large), named("Makefile", small), named("empty.txt", nil), named("own.txt", []byte("own")),
		named("image-1.png", dot), named("image-2.gif", moving))

	// Somebody without an account, nothing but a file.
	l.sayWith(t, shared.drew, "", []teams.Attachment{l.keep(t, "alone.txt", []byte("alone"))})
	l.hasFiles(t, l.postBeside(t, "alone.txt"), named("alone.txt", []byte("alone")))

	// An edit that changes only files: one goes, one comes, one stays.
	body := teams.HTML(message.Text())
	kept := []teams.Attachment{attachments[1], l.keep(t, "new.txt", []byte("new"))}
	text := body.Content
	for _, a := range attachments {
		*text = strings.ReplaceAll(*text, tags(a), "")
	}
	*text += tags(kept...)
	if _, err := shared.Emulator.Teams().Edit("blake@demo.example", message.Ref(), teams.Edit{Body: &body, Attachments: kept}); err != nil {
		t.Fatal(err)
	}
	l.hasFiles(t, post, named("Makefile", small), named("new.txt", []byte("new")), named("image-1.png", dot), named("image-2.gif", moving))

	// Its author edits it in Mattermost: files and pictures stay, and one is taken away there.
	edit(t, shared.blake, post, strings.Replace(post.Message, "before", "far before", 1))
	l.showsInTeams(t, message, "far before <img ")
	l.hasFilesInTeams(t, message, named("Makefile", small), named("new.txt", []byte("new")))
	infos, _, err := shared.Mattermost.Client().GetFileInfosForPost(t.Context(), post.Id, "")
	if err != nil {
		t.Fatal(err)
	}
	ids := model.StringArray{}
	for _, info := range infos {
		if info.Name != "Makefile" {
			ids = append(ids, info.Id)
		}
	}
	if _, _, err := shared.blake.Client.PatchPost(t.Context(), post.Id, &model.PostPatch{FileIds: &ids}); err != nil {
		t.Fatal(err)
	}
	l.hasFilesInTeams(t, message, named("new.txt", []byte("new")))
	l.showsInTeams(t, message, "far before <img ")
	if posts, messages := l.counts(t); posts != 2 || messages != 2 {
		t.Errorf("%d posts and %d messages, want two on each side", posts, messages)
	}
	l.hasFiles(t, post, named("new.txt", []byte("new")), named("image-1.png", dot), named("image-2.gif", moving))
}

func TestFilesOfMattermostShowInTeams(t *testing.T) {
	l := newLink(t)
	large, small := noise(9_000_000), []byte("all: build\n")
	makefile := l.upload(t, shared.alex, "Makefile", small)
	post := l.writeWith(t, shared.alex, "with **files**", l.upload(t, shared.alex, "large.bin", large), makefile, l.upload(t, shared.alex, "Makefile", []byte("another")))
	message := l.message(t, "with <strong>files</strong>")
	if message.From.User.DisplayName != "Alex Demo" {
		t.Errorf("the author is %+v", message.From.User)
	}
	l.hasFilesInTeams(t, message, named("large.bin", large), named("Makefile", small), named("Makefile", []byte("another")))
	if name, _ := url.PathUnescape(*message.Attachments[0].ContentURL); !strings.HasSuffix(name, *message.Attachments[0].Name) {
		t.Errorf("the address is %q, the name %q", name, *message.Attachments[0].Name)
	}

	// Through the bot, nothing but a file.
	l.writeWith(t, shared.casey, "", l.upload(t, shared.casey, "alone.txt", []byte("alone")))
	alone := l.message(t, "casey")
	if strings.Contains(alone.Text(), "no text") {
		t.Errorf("beside a file alone stands %q", alone.Text())
	}
	l.hasFilesInTeams(t, alone, named("alone.txt", []byte("alone")))

	// An edit that changes only files.
	ids := model.StringArray{makefile, l.upload(t, shared.alex, "new.txt", []byte("new"))}
	if _, _, err := shared.alex.Client.PatchPost(t.Context(), post.Id, &model.PostPatch{FileIds: &ids}); err != nil {
		t.Fatal(err)
	}
	l.hasFilesInTeams(t, message, named("Makefile", small), named("new.txt", []byte("new")))

	// Its author edits it in Teams: takes a file away, adds one.
	now, err := shared.Emulator.Teams().Message(message.Ref())
	if err != nil {
		t.Fatal(err)
	}
	added := l.keep(t, "added.txt", []byte("added"))
	attachments := append(slices.DeleteFunc(slices.Clone(now.Attachments), func(a teams.Attachment) bool { return strings.HasPrefix(*a.Name, "new") }), added)
	body := teams.HTML("<p>with other files</p>" + tags(attachments...))
	if _, err := shared.Emulator.Teams().Edit("alex@demo.example", message.Ref(), teams.Edit{Body: &body, Attachments: attachments}); err != nil {
		t.Fatal(err)
	}
	l.shows(t, post, "with other files")
	l.hasFiles(t, post, named("Makefile", small), named("added.txt", []byte("added")))
	if posts, messages := l.counts(t); posts != 2 || messages != 2 {
		t.Errorf("%d posts and %d messages, want two on each side", posts, messages)
	}
	l.hasFilesInTeams(t, message, named("Makefile", small), named("added.txt", []byte("added")))
}

// picturesInTeams are the pictures that a message shows in place, with hashes of their contents.
func picturesInTeams(message *teams.Message) (pictures []string, err error) {
	hosted, err := shared.Emulator.Teams().HostedContents(message.Ref())
	if err != nil {
		return nil, err
	}
	for _, h := range hosted {
		if strings.Contains(message.Text(), "/hostedContents/"+h.ID+"/$value") {
			pictures = append(pictures, named(h.ContentType, h.Bytes))
		}
	}
	return pictures, nil
}

func (l *link) hasPicturesInTeams(t *testing.T, message *teams.Message, want ...string) {
	t.Helper()
	eventually(t, func(context.Context) error {
		now, err := shared.Emulator.Teams().Message(message.Ref())
		if err != nil {
			return err
		}
		got, err := picturesInTeams(now)
		if err == nil && !slices.Equal(got, want) {
			err = fmt.Errorf("the message shows %q, want %q", got, want)
		}
		return err
	})
}

// Pictures of a post stand in the message itself; those that it has no room for, or that an edit adds, are files beside it.
func TestPicturesOfMattermostStandInTheMessage(t *testing.T) {
	l := newLink(t)
	dot, moving := picture(t, "png"), picture(t, "gif")
	large := append(bytes.Clone(dot), noise(3_000_000)...)
	first := l.upload(t, shared.alex, "dot.png", dot)
	post := l.writeWith(t, shared.alex, "look at **these**", first, l.upload(t, shared.alex, "moving.gif", moving), l.upload(t, shared.alex, "plan.txt", []byte("plan")), l.upload(t, shared.alex, "large.png", large))
	message := l.message(t, "look at <strong>these</strong>")
	l.hasPicturesInTeams(t, message, named("image/png", dot), named("image/gif", moving))
	l.hasFilesInTeams(t, message, named("plan.txt", []byte("plan")), named("large.png", large))

	// Edits on either side leave them, and the post does not say where they stand.
	edit(t, shared.alex, post, "look at those")
	l.showsInTeams(t, message, "look at those")
	l.hasPicturesInTeams(t, message, named("image/png", dot), named("image/gif", moving))
	now, err := shared.Emulator.Teams().Message(message.Ref())
	if err != nil {
		t.Fatal(err)
	}
	body := teams.HTML(strings.Replace(now.Text(), "those", "them", 1))
	if _, err := shared.Emulator.Teams().Edit("alex@demo.example", message.Ref(), teams.Edit{Body: &body, Attachments: now.Attachments}); err != nil {
		t.Fatal(err)
	}
	l.shows(t, post, "look at them")
	l.hasFiles(t, post, named("dot.png", dot), named("moving.gif", moving), named("plan.txt", []byte("plan")), named("large.png", large))

	// One goes, one comes.
	ids := model.StringArray{first, l.upload(t, shared.alex, "late.png", dot)}
	if _, _, err := shared.alex.Client.PatchPost(t.Context(), post.Id, &model.PostPatch{FileIds: &ids}); err != nil {
		t.Fatal(err)
	}
	l.hasFilesInTeams(t, message, named("late.png", dot))
	l.hasPicturesInTeams(t, message, named("image/png", dot))

	// Through the bot, nothing but a picture.
	l.writeWith(t, shared.casey, "", l.upload(t, shared.casey, "alone.png", dot))
	l.hasPicturesInTeams(t, l.message(t, "casey"), named("image/png", dot))
	if posts, messages := l.counts(t); posts != 2 || messages != 2 {
		t.Errorf("%d posts and %d messages, want two on each side", posts, messages)
	}
}

// transfers counts the requests for contents of files that were answered with a status since the emulator had so many requests.
func transfers(method string, status int, since time.Time) (n int) {
	for _, r := range shared.Emulator.Requests() {
		if r.Method == method && r.Status == status && !r.Time.Before(since) && (strings.HasPrefix(r.Path, drives.DownloadRoot) || strings.HasPrefix(r.Path, drives.UploadRoot)) {
			n++
		}
	}
	return n
}

// The two settings of sizes count from the moment they are changed.
func TestSizesOfPiecesAreSettings(t *testing.T) {
	l := newLink(t)
	content := noise(5_000_000)
	bring := func(name string, pieces int) {
		t.Helper()
		began := shared.Emulator.Clock().Now()
		l.sayWith(t, shared.drew, "<p>"+name+"</p>", []teams.Attachment{l.keep(t, name+".bin", content)})
		l.hasFiles(t, l.post(t, name), named(name+".bin", content))
		whole, part := transfers(http.MethodGet, http.StatusOK, began), transfers(http.MethodGet, http.StatusPartialContent, began)
		if pieces == 1 && (whole != 1 || part != 0) || pieces > 1 && part != pieces {
			t.Errorf("%s was fetched in %d pieces and %d times as a whole, want %d pieces", name, part, whole, pieces)
		}
	}
	bring("whole", 1)
	settings := maps.Clone(shared.settings)
	settings["maxsizeforcompletedownload"], settings["buffersizeforfilestreaming"] = 1, 1
	t.Cleanup(func() {
		if err := shared.ConfigurePlugin(context.WithoutCancel(t.Context()), shared.app, shared.settings); err != nil {
			t.Error(err)
		}
	})
	use(t, settings)
	bring("in pieces", 5)
	settings = maps.Clone(settings)
	settings["maxsizeforcompletedownload"], settings["buffersizeforfilestreaming"] = 0, 2
	use(t, settings)
	bring("nothing as a whole", 3)
	settings = maps.Clone(settings)
	settings["buffersizeforfilestreaming"] = 1
	use(t, settings)
	began := shared.Emulator.Clock().Now()
	l.writeWith(t, shared.alex, "sent in pieces", l.upload(t, shared.alex, "sent.bin", content))
	l.hasFilesInTeams(t, l.message(t, "sent in pieces"), named("sent.bin", content))
	// Pieces of an upload are multiples of 320 KiB: three of them fit into a megabyte.
	if n := transfers(http.MethodPut, http.StatusAccepted, began); n != 5 {
		t.Errorf("it was sent in %d pieces and a last one, want 5", n)
	}
}

func TestFilesThatCannotBeCarriedAreNamed(t *testing.T) {
	l := newLink(t)
	client := shared.Mattermost.Client()
	setMax := func(bytes int64) {
		config, _, err := client.PatchConfig(t.Context(), &model.Config{FileSettings: model.FileSettings{MaxFileSize: &bytes}})
		if err != nil || *config.FileSettings.MaxFileSize != bytes {
			t.Fatal(err)
		}
	}
	setMax(1_000_000)
	t.Cleanup(func() {
		bytes := int64(100 << 20)
		_, _, err := client.PatchConfig(context.Background(), &model.Config{FileSettings: model.FileSettings{MaxFileSize: &bytes}})
		if err != nil {
			t.Error(err)
		}
	})
	gone := l.keep(t, "gone.txt", []byte("gone"))
	drive, item, err := shared.Emulator.Drives().ByAddress(*gone.ContentURL)
	if err != nil {
		t.Fatal(err)
	}
	if err := shared.Emulator.Drives().Remove(drive, item); err != nil {
		t.Fatal(err)
	}
	l.sayWith(t, "blake@demo.example", "<p>look at this</p>", []teams.Attachment{l.keep(t, "film.bin", noise(2_000_000)), l.keep(t, "note.txt", []byte("note")), gone})
	post := l.post(t, "look at this")
	l.hasFiles(t, post, named("note.txt", []byte("note")))
	if !strings.Contains(post.Message, "film.bin](https://demo.sharepoint.com/") || !strings.Contains(post.Message, "larger than the 1 MB") || !strings.Contains(post.Message, "gone.txt") {
		t.Errorf("the text is %q", post.Message)
	}
	direct, _, err := client.CreateDirectChannel(t.Context(), shared.blake.ID, botOf(t).Id)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, func(ctx context.Context) error {
		list, _, err := shared.blake.Client.GetPostsForChannel(ctx, direct.Id, 0, 10, "", false, false)
		if err != nil {
			return err
		}
		for _, p := range list.Posts {
			if strings.Contains(p.Message, "film.bin") {
				return nil
			}
		}
		return errors.New("the author was not told")
	})

	shared.Emulator.Drives().SetLimit(1)
	t.Cleanup(func() { shared.Emulator.Drives().SetLimit(0) })
	l.writeWith(t, shared.alex, "no room for it", l.upload(t, shared.alex, "room.txt", []byte("room")))
	full := l.message(t, "no room for it")
	if len(full.Attachments) != 0 || !strings.Contains(full.Text(), "<strong>room.txt</strong>") || !strings.Contains(full.Text(), "no space left") {
		t.Errorf("the message is %q", full.Text())
	}
}

// In chats a file lies in its sender's own drive, for the chat's members to read.
func TestFilesOfChats(t *testing.T) {
	withChats(t, nil)
	watched(t, shared.alex, shared.blake)
	chat := newChat(t, teams.OneOnOne, "alex", "blake")
	l := &link{channel: directOf(t, shared.alex, shared.blake), place: teams.Place{Chat: chat.ID}}
	blake, _ := shared.Emulator.Directory().User("blake@demo.example")
	own := shared.Emulator.Drives().UserDrive(blake.ID, blake.UserPrincipalName)
	dot := picture(t, "png")
	l.sayWith(t, "blake@demo.example", `<p>a file in a chat <img src="../hostedContents/1/$value"></p>`,
		[]teams.Attachment{attachmentOf(t, own, "root", "chat.txt", []byte("chat"))}, teams.HostedContent{Bytes: dot, ContentType: "image/png"})
	l.hasFiles(t, l.post(t, "a file in a chat"), named("chat.txt", []byte("chat")), named("image-1.png", dot))

	large := noise(5_000_000)
	post := l.writeWith(t, shared.alex, "a file for a chat", l.upload(t, shared.alex, "large.bin", large), l.upload(t, shared.alex, "Makefile", []byte("all:")))
	message := l.message(t, "a file for a chat")
	l.hasFilesInTeams(t, message, named("large.bin", large), named("Makefile", []byte("all:")))
	for _, a := range message.Attachments {
		drive, item, err := shared.Emulator.Drives().ByAddress(*a.ContentURL)
		if err != nil {
			t.Fatal(err)
		}
		owner, _, grants, err := shared.Emulator.Drives().Rights(drive, item)
		if err != nil || owner != teamsID(t, "alex") || len(grants) != 1 || grants[0].User != blake.ID || grants[0].Role != "read" {
			t.Errorf("%s is %s's, given are %+v, %v", *a.Name, owner, grants, err)
		}
	}
	edit(t, shared.alex, post, "the same file for a chat")
	l.showsInTeams(t, message, "the same file for a chat")
	l.hasFilesInTeams(t, message, named("large.bin", large), named("Makefile", []byte("all:")))
}

// The setting counts from the moment it is changed.
func TestFilesAreSwitchedOff(t *testing.T) {
	l := newLink(t)
	settings := maps.Clone(shared.settings)
	settings["syncfileattachments"] = false
	t.Cleanup(func() {
		if err := shared.ConfigurePlugin(context.Background(), shared.app, shared.settings); err != nil {
			t.Error(err)
		}
	})
	use(t, settings)
	l.sayWith(t, shared.drew, "<p>while it is off</p>", []teams.Attachment{l.keep(t, "off.txt", []byte("off"))})
	post := l.post(t, "while it is off")
	l.writeWith(t, shared.alex, "off here, too", l.upload(t, shared.alex, "off.txt", []byte("off")))
	message := l.message(t, "off here, too")
	if len(post.FileIds) != 0 || !strings.Contains(post.Message, "off.txt](https://") || len(message.Attachments) != 0 || !strings.Contains(message.Text(), "off.txt") {
		t.Errorf("the post is %q with %v, the message %q with %v", post.Message, post.FileIds, message.Text(), message.Attachments)
	}
	use(t, shared.settings)
	l.sayWith(t, shared.drew, "<p>on again</p>", []teams.Attachment{l.keep(t, "on.txt", []byte("on"))})
	l.hasFiles(t, l.post(t, "on again"), named("on.txt", []byte("on")))
}

// use changes the plugin's settings and waits until it uses them.
func use(t *testing.T, settings map[string]any) {
	t.Helper()
	since := func(ctx context.Context) (status struct {
		Since string `json:"settings_since"`
	}, err error) {
		_, answer, err := shared.CallPlugin(ctx, http.MethodGet, "/api/v1/status", nil)
		if err == nil {
			err = json.Unmarshal(answer, &status)
		}
		return status, err
	}
	before, err := since(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := shared.ConfigurePlugin(t.Context(), shared.app, settings); err != nil {
		t.Fatal(err)
	}
	eventually(t, func(ctx context.Context) error {
		now, err := since(ctx)
		if err == nil && now == before {
			err = errors.New("the plugin uses the settings that it used before")
		}
		return err
	})
}

func botOf(t *testing.T) *model.User {
	t.Helper()
	bot, _, err := shared.Mattermost.Client().GetUserByUsername(t.Context(), "msteamssync", "")
	if err != nil {
		t.Fatal(err)
	}
	return bot
}
