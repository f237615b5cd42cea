// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package bridge is the domain of the plugin: what happens to a message on its way between Mattermost and Teams. It
// imports neither Mattermost nor Graph nor a database driver; it speaks to all of them through the interfaces that it
// declares in ports.go and storage.go.
//
// # Words
//
// A Link says that a Mattermost channel and a Teams conversation are the same. An event is a change on one side that the
// other side should see. A Lane is the queue of one conversation in one direction; a worker leases a lane and handles its
// events one after the other. A Mapping is a pair of messages, one on each side.
//
// # Teams → Mattermost
//
//	Receive      commits the notifications to the inbox; the sender is answered after that
//	  ↓          the lane waits a second for earlier events that arrive later, then takes what is due, oldest first
//	open         the validation tokens of the delivery: wrong → given up; what the notification carries is decrypted
//	run          new messages without any history: reserved together, posted, confirmed together; the rest one by one:
//	postMessage  already mapped → done; otherwise takes the message that came along, or reads it from Graph
//	recognise    the message of a send of ours, whatever became of it → settles that send; anything of our bots → done;
//	             somebody with a send in flight → waits for it: this may be its echo
//	thread       a reply needs its root's post: parked until the root is mapped; after a minute the root is fetched
//	Reserve      writes the mapping before the post exists
//	CreatePost   as the author, or as the plugin's bot with the author's name; the post carries the mapping's id
//	ConfirmPosts records the post, removes the event, wakes what was parked for the message
//
// A crash between Reserve and ConfirmPosts leaves a reserved mapping: whoever takes the event next looks for a post with
// the mapping's id, confirms it, or posts.
//
// # Mattermost → Teams
//
//	PostCreated  the hook: not linked → done after a look into memory; else one outbox row
//	  ↓          a scan of each linked channel finds posts that no hook reported
//	sendPost     already mapped, deleted → done; finds the reply's Teams thread as above
//	senders      the author's account, else the bots; nobody → parked until an account is connected
//	permit       the governor's, for one of them; not its turn yet → the lane goes away and is woken
//	BeginSend    commits "sending" with the attempt key, and reserves the mapping
//	Send         exactly one POST; the attempt key travels invisibly in the body
//	ConfirmSend  records the message's id, removes the event, wakes what was parked
//
// A POST that was refused or throttled has not happened: the event is pending again. One without an answer may have
// happened: the event stays "sending" until its echo arrives or a look finds the attempt key. Only after three looks in
// vain it is sent again.
//
// # Changes
//
// An edit, a delete or a reaction is a difference between what a side shows and the mapping's Record: what both sides showed
// when they last agreed.
//
//	changePost       Teams → Mattermost: reads message and post, plans what the post needs
//	  BeginWrite     commits that the post is being written, with the hash of the new text and the reactions it will have
//	  UpdatePost, DeletePost, Emoji, AddReaction, RemoveReaction
//	  ConfirmWrite   records what both sides show now, removes the event, wakes what was parked
//	changeMessage    Mattermost → Teams: reads the post, plans the one change that the event is about
//	  BeginChange    commits "sending"
//	  Edit, Delete, React   exactly one call, as the account that wrote the message or that reacts
//	  ConfirmChange  records what both sides show now
//
// Begin fails with ErrChanged while the other direction is at work on the mapping, or when the mapping is not as it was read.
// The loser parks and looks again. So does an event that finds both sides as the record has them (Agree): what is being
// confirmed was decided before. A change of a message that is not mapped yet is parked until it is.
//
// # What is too long
//
// Each side shows a message that is too long for it in several (parts.go). Of the posts, the first is the mapping's; an edit of another
// one becomes an edit of the first (changeOfPost), which sends what all say together. Of the messages in Teams, the others are in
// PartStore: a change of one finds the mapping there (changeOfPart), and the post becomes what all say together. An edit in Mattermost
// plans all messages (revise) and makes the mapping's the last (carry).
//
// # Chats
//
// Nobody links chats. The lane of a chat that has no link asks Chats for the channel that shows it; a post in a direct or group
// message without a link waits in a lane of the channel's own, whose worker asks for the chat. Either makes the link, and the
// posts that waited move into the chat's lane. From then on a chat is a channel without reply chains: a quote is a reply
// (quotes.go), and nobody speaks for others.
//
// # What a predecessor carried
//
// Mappings that were taken over from another plugin are incomplete (Mapping.SeenAt): complete.go reads the message when one
// is first needed. Several posts may show one message: copies.go.
//
// # Files
//
// What a message shows besides its text travels first, in files_in.go and files_out.go, and holds its lane while it does.
//
//	bringFiles       before Reserve: opens each file in Teams and hands it to Mattermost; the post is made with their ids
//	sendFiles        before BeginSend: opens each file in Mattermost and hands it to Teams; the message names them. Pictures are
//	                 only looked at: the message brings them along (pictures.go)
//
// What was transferred is remembered for a while, for the case that the message has to be begun anew. A crash in between leaves
// files that nobody sees. Record.Files says which is which, and the hashes are of text and files.
//
// # When something fails
//
// A Failure has a Class. Outages and throttling are waited out, however long. An error of the event's own is retried with
// growing waits and then becomes a dead letter: it keeps its reason, the lane goes on, and Retry gives it another chance. An
// outage of the other side is not the event's failure and is borne for a day (trouble.go).
// An event in back-off holds its lane, because what comes after it must not overtake it; a parked event does not.
//
// # Several nodes
//
// Leases are rows in the database, with a number that each claim raises (the fence). Every write of a worker checks it in
// the same transaction. A node that dies gives nothing back; its lanes are taken over when their leases end, and each
// take-over scans the channel for posts whose hook died with the node. POSTs end before the lease could.
package bridge
