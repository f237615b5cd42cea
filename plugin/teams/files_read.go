// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// ranged reads a content piece by piece. A piece that breaks off is asked for again from where it broke.
type ranged struct {
	ctx   context.Context //nolint:containedctx // it is the reader's life
	get   func(ctx context.Context, from, to int64) (io.ReadCloser, error)
	at    int64
	size  int64 // of the whole content
	piece int64

	body  io.ReadCloser
	left  int64 // of the piece
	tries int   // that brought nothing
}

// maxPieceTries is how often a piece is asked for that brings nothing.
const maxPieceTries = 4

func (r *ranged) Read(p []byte) (int, error) {
	for {
		if r.at >= r.size {
			return 0, io.EOF
		}
		if r.body == nil {
			to := min(r.at+r.piece, r.size)
			body, err := r.get(r.ctx, r.at, to)
			if err != nil {
				if err := r.failed(err); err != nil {
					return 0, err
				}
				continue
			}
			r.body, r.left = body, to-r.at
		}
		n, err := r.body.Read(p[:min(int64(len(p)), r.left)])
		r.at, r.left = r.at+int64(n), r.left-int64(n)
		if n > 0 {
			r.tries = 0
		}
		if r.left == 0 || err != nil {
			_ = r.body.Close() // it was read
			r.body = nil
			if r.left > 0 && n == 0 {
				if errors.Is(err, io.EOF) {
					err = io.ErrUnexpectedEOF
				}
				if err := r.failed(&bridge.Failure{Class: bridge.Retry, Err: fmt.Errorf("read a file's content: %w", err)}); err != nil {
					return 0, err
				}
				continue
			}
		}
		if n > 0 {
			return n, nil
		}
	}
}

// failed waits before the next try, or returns the error when there is none.
func (r *ranged) failed(err error) error {
	r.tries++
	if r.tries >= maxPieceTries || bridge.ClassOf(err) != bridge.Retry && bridge.ClassOf(err) != bridge.Unknown || !pause(r.ctx, waitBefore(r.tries, err)) {
		return err
	}
	return nil
}

func (r *ranged) Close() error {
	if r.body == nil {
		return nil
	}
	return r.body.Close()
}

// open reads a content from its address, in ranges when it is large.
func (t *fileTransport) open(ctx context.Context, address func(context.Context) (string, error), from, size int64) io.ReadCloser {
	piece := size
	if size > t.whole {
		piece = t.rangeSize
	}
	return &ranged{ctx: ctx, at: from, size: size, piece: max(piece, 1), get: func(ctx context.Context, from, to int64) (io.ReadCloser, error) {
		where, err := address(ctx)
		if err != nil {
			return nil, err
		}
		return t.get(ctx, where, from, to, size)
	}}
}

// get asks for bytes of a content.
func (t *fileTransport) get(ctx context.Context, address string, from, to, size int64) (io.ReadCloser, error) {
	header := http.Header{}
	if from > 0 || to < size {
		header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, to-1))
	}
	response, cancel, err := t.send(ctx, http.MethodGet, address, header, nil, 0) //nolint:bodyclose // whoever reads it closes it
	if err != nil {
		return nil, err
	}
	body := &watched{ReadCloser: response.Body, cancel: cancel, timer: time.AfterFunc(stall, cancel)}
	switch {
	case response.StatusCode == http.StatusPartialContent, response.StatusCode == http.StatusOK && from == 0:
		return body, nil
	case response.StatusCode == http.StatusOK:
		// It does not know ranges: what was read already is read again.
		if _, err := io.CopyN(io.Discard, body, from); err != nil {
			_ = body.Close() // of no more use
			return nil, &bridge.Failure{Class: bridge.Retry, Err: fmt.Errorf("read a file's content: %w", err)}
		}
		return body, nil
	}
	defer body.Close()
	return nil, t.refused("download of a file", response, body)
}

// watched ends a transfer that stands still.
type watched struct {
	io.ReadCloser
	cancel context.CancelFunc
	timer  *time.Timer
}

func (w *watched) Read(p []byte) (int, error) {
	w.timer.Reset(stall)
	return w.ReadCloser.Read(p)
}

func (w *watched) Close() error {
	w.timer.Stop()
	defer w.cancel()
	return w.ReadCloser.Close()
}

// send makes a request at an address that Graph named. The answer's body is to be closed, and cancel called after that.
func (t *fileTransport) send(ctx context.Context, method, address string, header http.Header, body io.Reader, length int64) (*http.Response, context.CancelFunc, error) {
	through := ""
	ctx, cancel := context.WithCancel(context.WithValue(ctx, proxied{}, &through))
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	if err == nil {
		err = t.guard.check(request.URL)
	}
	if err != nil {
		cancel()
		return nil, nil, &bridge.Failure{Class: bridge.Permanent, Err: fmt.Errorf("a file's address cannot be used: %w", withoutAddress(err))}
	}
	request.Header, request.ContentLength = header, length
	response, err := t.http.Do(request)
	if err != nil {
		cancel()
		class := bridge.Retry
		if errors.Is(err, errForbiddenAddress) {
			class = bridge.Permanent
		}
		return nil, nil, &bridge.Failure{Class: class, Err: fmt.Errorf("%s of a file's content: %w", method, withoutAddress(err))}
	}
	return response, cancel, nil
}

// withoutAddress leaves the address out of an error: it is as good as a password for a while.
func withoutAddress(err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		return outer.Err
	}
	return err
}

// refused says what an answer other than success means. The answer's text is not repeated: it may hold the address.
func (t *fileTransport) refused(doing string, response *http.Response, body io.Reader) error {
	_, _ = io.CopyN(io.Discard, body, 1<<16) // so that the connection can be used again
	f := &bridge.Failure{Status: response.StatusCode, RetryAfter: retryAfter(response.Header.Get("Retry-After"), time.Now()),
		Err: fmt.Errorf("%s: status %s", doing, strconv.Itoa(response.StatusCode))}
	switch status := response.StatusCode; {
	case status == http.StatusInsufficientStorage:
		f.Class = bridge.Permanent
	case status == http.StatusTooManyRequests, status >= http.StatusInternalServerError, status == http.StatusRequestTimeout, status == http.StatusLocked:
		f.Class = bridge.Retry
	case status == http.StatusNotFound, status == http.StatusGone:
		f.Class = bridge.NotFound
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		f.Class = bridge.UserAction
	default:
		f.Class = bridge.Permanent
	}
	return f
}
