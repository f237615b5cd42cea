// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import "time"

// The ids of both worlds. Each is a type of its own so that no two of them can be confused.
type (
	// ConversationID is the id of a Teams channel or chat, e.g. 19:…@thread.tacv2. It is unique in all of Teams.
	ConversationID string
	// TeamID is the id of the team that a channel belongs to; empty for a chat.
	TeamID string
	// TeamsMessageID is a Graph message id: its creation time in milliseconds, unique only inside its reply chain.
	TeamsMessageID string
	// TeamsUserID is an Entra object id.
	TeamsUserID string

	// ChannelID, PostID and UserID are Mattermost's.
	ChannelID string
	PostID    string
	UserID    string
	FileID    string

	// MappingID names one pair of messages and travels as a prop on the Mattermost post.
	MappingID string
	// AccountID names a connected Teams account.
	AccountID string
	// AttemptKey names one send to Teams and travels invisibly in the message's body.
	AttemptKey string
)

// MappingProp is the prop that carries the MappingID on every post the bridge makes. A post that has it is ours and
// never goes out again.
const MappingProp = "msteams_sync_mapping"

// Conversation is a Teams channel, or a chat when Team is empty.
type Conversation struct {
	ID   ConversationID
	Team TeamID
}

// MessageRef is the full name of a Teams message: the id alone is not unique.
type MessageRef struct {
	Conversation Conversation
	Root         TeamsMessageID // the message it replies to; empty for a root
	ID           TeamsMessageID
}

// Sender is who wrote a Teams message. User is empty when it was an application, a connector or the system.
type Sender struct {
	User        TeamsUserID
	Name        string
	Application bool
	Tenant      string // of the user; empty when Teams did not say
	Anonymous   bool   // the user has no account: somebody on the phone, a guest of a meeting
}

// Reaction is one person's reaction to a Teams message.
type Reaction struct {
	User  TeamsUserID
	Emoji string // Unicode, or :name: for an emoji of the organisation's own
	At    time.Time
}

// TeamsMessage is a message as Graph shows it.
type TeamsMessage struct {
	Ref        MessageRef
	Etag       string
	WebURL     string // opens it in Teams; empty in chats
	From       Sender
	HTML       string // the body; when Text is set it is plain text instead
	Text       bool
	Subject    string
	CreatedAt  time.Time
	ModifiedAt time.Time  // moves on reactions too
	EditedAt   time.Time  // zero when never edited
	DeletedAt  time.Time  // zero when it stands
	Attempt    AttemptKey // the marker found in the body (markup.Attempt), empty for none
	System     bool       // a system event, e.g. a member was added
	Event      []byte     // a system event's details, Graph's eventDetail as JSON; nil for none
	Reactions  []Reaction

	Mentions    []Mention
	Attachments []Attachment
	Importance  Importance

	brought  int               // files that the post shows: it needs no text then
	snippets map[string]string // the Markdown of code snippets that were fetched, by the ids of their attachments
}

// Importance is how a Teams message asks for attention. Empty is normal.
type Importance string

// The importances above normal.
const (
	High   Importance = "high"
	Urgent Importance = "urgent"
)

// MentionKind is what a mention is of.
type MentionKind string

// The kinds of mentions.
const (
	MentionUser        MentionKind = "user"
	MentionApplication MentionKind = "application" // a bot
	MentionChannel     MentionKind = "channel"
	MentionTeam        MentionKind = "team"
	MentionChat        MentionKind = "chat" // everyone
	MentionTag         MentionKind = "tag"
)

// Mention is somebody or something that a message speaks to: in its body, the element <at id="…"> with the same number.
// Teams writes one per word of a name, so several may be of the same person.
type Mention struct {
	ID     int
	Kind   MentionKind
	Target string // the id of what is mentioned; a TeamsUserID when it is a person
	Text   string // as it is shown
}

// Attachment is what a message carries beside its text: a file, a card, a quoted message. The element
// <attachment id="…"> in the body, when there is one, says where.
type Attachment struct {
	ID           string
	ContentType  string // "reference" for files; application/vnd.microsoft.card.… , messageReference, forwardedMessageReference, …
	ContentURL   string
	Content      string // a card's JSON
	Name         string
	ThumbnailURL string
}

// Outgoing is a message for Teams.
type Outgoing struct {
	HTML        string
	Mentions    []Mention
	Attachments []Attachment
	Importance  Importance
	Subject     string // that an edited message has and keeps; nothing else has one
	Pictures    []Picture
}

// Picture is a picture that a new message brings along for Teams to keep: the body names it by ../hostedContents/<ID>/$value.
type Picture struct {
	ID      string
	Type    string // image/png and the like
	Content []byte
}

// Post is a Mattermost post. Times are in milliseconds since the epoch, as Mattermost keeps them.
type Post struct {
	ID       PostID
	Channel  ChannelID
	Root     PostID // empty for a root
	Author   UserID
	Message  string
	CreateAt int64
	UpdateAt int64
	DeleteAt int64
	Mapping  MappingID // value of MappingProp, empty for none
	System   bool      // a join, leave, header change …
	OfMirror bool      // a system post about a user that mirrors somebody
	// Ephemeral is set of what only one person sees. It is never carried.
	Ephemeral bool
	Cards     string // what it shows below its text, as Markdown: message attachments of an integration, a post that it forwards
	Own       bool   // written by the plugin's own bot
	Foreign   bool   // brought from Teams by the plugin's predecessor
	// AuthorName replaces the author's name when an integration posts under another one; empty otherwise.
	AuthorName string
	Files      []FileID
	Priority   Importance
	// DeletedBy is who deleted it, the plugin's bot when the bridge did; empty while it stands, and when that is not known.
	DeletedBy UserID
}

// NewPost is a post that the bridge wants to exist.
type NewPost struct {
	Channel ChannelID
	Root    PostID
	Author  UserID // empty: the plugin's bot
	Message string
	Mapping MappingID // set as MappingProp from creation on
	// CreatedAt puts the post among those of its time; zero: it is new.
	CreatedAt time.Time
	Files     []FileID
	Priority  Importance
}

// Account is a Teams account that somebody connected. Bot accounts speak for everybody who has none.
type Account struct {
	ID             AccountID
	Bot            bool
	MattermostUser UserID // empty for a bot
	TeamsUser      TeamsUserID
	DisplayName    string
}

// User is a Mattermost user.
type User struct {
	ID          UserID
	Username    string
	DisplayName string // falls back to the username
	Email       string
	Bot         bool
	Guest       bool
	SystemAdmin bool
	Remote      bool   // of another system: mirrored, or of a connected server
	Locale      string // e.g. de or pt-BR; may be empty
}

// Link says that a Mattermost channel and a Teams conversation are the same conversation. Each side has at most one.
type Link struct {
	ID             string
	Channel        ChannelID
	MattermostTeam string // team id
	Conversation   Conversation
	Creator        UserID
	CreatedAt      time.Time // older messages are not carried
	// Backfill is from when on older messages are brought along from Teams, once; zero: none. It is known only while the link
	// is being made.
	Backfill time.Time
	// Request is the id of the request that the link fulfils; empty: none. It is known only while the link is being made.
	Request string
	// BackfillToTeams is Backfill for older posts, which are brought along to Teams.
	BackfillToTeams time.Time
}

// Backfill is the messages of how many days a new link brings along from each side; 0: none.
type Backfill struct{ FromTeams, ToTeams int }

// Cursor is a place in a channel's posts, ordered by UpdateAt and then by id.
type Cursor struct {
	UpdateAt int64
	ID       PostID
}
