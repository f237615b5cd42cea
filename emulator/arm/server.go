// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/requestlog"
)

// Authenticator tells whom an access token for Azure Resource Manager speaks for.
type Authenticator interface {
	AuthenticateAzure(accessToken string) (graph.Caller, error)
}

// Server answers below /subscriptions, /providers and /metadata.
type Server struct {
	state *State
	auth  Authenticator
	dir   *directory.State
	mux   *http.ServeMux
}

const (
	subscriptionPath = "/subscriptions/{subscription}"
	groupPath        = subscriptionPath + "/resourcegroups/{group}"
	accountsPath     = groupPath + "/providers/microsoft.graphservices/accounts"
	accountPath      = accountsPath + "/{name}"
)

// API versions. Source: azure-rest-api-specs, graphservicesprod; the ones of the resource groups are a choice of
// those that clients use.
var (
	accountVersions = []string{"2022-09-22-preview", "2022-09-22", "2023-04-05-preview", "2023-04-13"}
	groupVersions   []string // any well-formed one
)

// NewServer puts a state behind Azure's routes.
func NewServer(state *State, auth Authenticator, dir *directory.State) *Server {
	s := &Server{state: state, auth: auth, dir: dir, mux: http.NewServeMux()}
	s.mux.HandleFunc("GET /metadata/endpoints", s.metadata)
	s.handle("GET /subscriptions", groupVersions, s.listSubscriptions)
	s.handle("GET "+subscriptionPath, groupVersions, s.getSubscription)
	s.handle("GET "+subscriptionPath+"/resourcegroups", groupVersions, s.listGroups)
	s.handle("GET "+groupPath, groupVersions, s.getGroup)
	s.handle("PUT "+groupPath, groupVersions, s.putGroup)
	s.handle("DELETE "+groupPath, groupVersions, s.deleteGroup)
	s.handle("GET "+groupPath+"/resources", groupVersions, s.listResources)
	s.handle("GET "+subscriptionPath+"/providers", groupVersions, s.listProviders)
	s.handle("GET "+subscriptionPath+"/providers/{namespace}", groupVersions, s.getProvider)
	s.handle("POST "+subscriptionPath+"/providers/{namespace}/register", groupVersions, s.registerProvider)
	s.handle("POST "+subscriptionPath+"/providers/{namespace}/unregister", groupVersions, s.unregisterProvider)
	s.handle("GET /providers/microsoft.graphservices/operations", accountVersions, s.operations)
	s.handle("GET "+subscriptionPath+"/providers/microsoft.graphservices/accounts", accountVersions, s.listSubscriptionAccounts)
	s.handle("GET "+accountsPath, accountVersions, s.listGroupAccounts)
	s.handle("GET "+accountPath, accountVersions, s.getAccount)
	s.handle("PUT "+accountPath, accountVersions, s.putAccount)
	s.handle("PATCH "+accountPath, accountVersions, s.patchAccount)
	s.handle("DELETE "+accountPath, accountVersions, s.deleteAccount)
	return s
}

// literals are the path segments that Azure compares without case; everything else in a path is a name.
var literals = []string{"subscriptions", "resourcegroups", "providers", "microsoft.graphservices", "accounts", "operations", "resources", "register", "unregister", "metadata", "endpoints"}

// ServeHTTP spells the literal segments in one way and routes the request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	segments := strings.Split(r.URL.Path, "/")
	for i, segment := range segments {
		if lower := strings.ToLower(segment); slices.Contains(literals, lower) {
			segments[i] = lower
		}
	}
	routed := r.Clone(r.Context())
	routed.URL.Path, routed.URL.RawPath = strings.Join(segments, "/"), ""
	_, pattern := s.mux.Handler(routed)
	requestlog.Annotate(r.Context(), func(e *requestlog.Entry) { _, e.Route, _ = strings.Cut(pattern, " ") })
	w.Header().Set("x-ms-request-id", requestlog.ID(r.Context()))
	w.Header().Set("x-ms-correlation-request-id", requestlog.ID(r.Context()))
	if pattern == "" {
		refuse(http.StatusNotFound, "InvalidResourceType", "The resource type could not be found for the path '%s'.", r.URL.Path).write(w)
		return
	}
	s.mux.ServeHTTP(w, routed)
}

// call is a request that has passed authentication.
type call struct {
	*http.Request
	caller graph.Caller
}

// answer is what a handler returns: a status and a body, nil for none.
type answer struct {
	status int
	body   any
	etag   string
}

func (s *Server) handle(pattern string, versions []string, h func(*call) (answer, error)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		result, err := s.serve(r, versions, h)
		var refusal *Error
		switch {
		case errors.As(err, &refusal):
			refusal.write(w)
		case err != nil:
			refuse(http.StatusInternalServerError, "InternalServerError", "%v", err).write(w)
		default:
			if result.etag != "" {
				w.Header().Set("Etag", result.etag)
			}
			writeJSON(w, result.status, result.body)
		}
	})
}

func (s *Server) serve(r *http.Request, versions []string, h func(*call) (answer, error)) (answer, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return answer{}, refuse(http.StatusUnauthorized, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
	}
	caller, err := s.auth.AuthenticateAzure(token)
	if err != nil {
		return answer{}, refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", "The access token is invalid: %v", err)
	}
	requestlog.Annotate(r.Context(), func(e *requestlog.Entry) { e.AppID, e.UserID = caller.AppID, caller.UserID })
	switch version := r.URL.Query().Get("api-version"); {
	case version == "":
		return answer{}, refuse(http.StatusBadRequest, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")
	case versions != nil && !slices.Contains(versions, version):
		return answer{}, refuse(http.StatusBadRequest, "NoRegisteredProviderFound", "No registered resource provider found for location 'global' and API version '%s' for type 'accounts'. The supported api-versions are '%s'.", version, strings.Join(versions, ", "))
	}
	c := &call{Request: r, caller: caller}
	if id := r.PathValue("subscription"); id != "" {
		if err := s.authorize(c, id); err != nil {
			return answer{}, err
		}
	}
	return h(c)
}

// authorize checks that the subscription exists and that the caller has the role Contributor on it.
func (s *Server) authorize(c *call, id string) error {
	if _, err := uuid.Parse(id); err != nil {
		return refuse(http.StatusBadRequest, "InvalidSubscriptionId", "The provided subscription identifier '%s' is malformed or invalid.", id)
	}
	s.state.mu.RLock()
	sub := s.state.subscriptions[strings.ToLower(id)]
	s.state.mu.RUnlock()
	if sub == nil {
		return refuse(http.StatusNotFound, "SubscriptionNotFound", "The subscription '%s' could not be found.", id)
	}
	if !s.isContributor(sub, c.caller) {
		name := c.caller.AppID
		object := c.caller.ServicePrincipalID
		if c.caller.UserID != "" {
			name, object = c.caller.UserID, c.caller.UserID
		}
		return refuse(http.StatusForbidden, "AuthorizationFailed", "The client '%s' with object id '%s' does not have authorization to perform action '%s' over scope '%s' or the scope is invalid. If access was recently granted, please refresh your credentials.", name, object, action(c.Request), c.URL.Path)
	}
	return nil
}

func (s *Server) isContributor(sub *subscription, caller graph.Caller) bool {
	names := []string{caller.AppID, caller.ServicePrincipalID}
	if caller.UserID != "" {
		user, ok := s.dir.User(caller.UserID)
		if !ok {
			return false
		}
		names = []string{user.ID, user.UserPrincipalName}
	}
	return slices.ContainsFunc(sub.contributors, func(who string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(who, name) })
	})
}

// action names what a request does, the way role definitions do.
func action(r *http.Request) string {
	kind := "Microsoft.Resources/subscriptions"
	switch path := r.URL.Path; {
	case strings.Contains(path, "/providers/microsoft.graphservices/accounts"):
		kind = "Microsoft.GraphServices/accounts"
	case strings.Contains(path, "/providers/"):
		kind = r.PathValue("namespace")
	case strings.Contains(path, "/resourcegroups"):
		kind += "/resourceGroups"
	}
	verb := map[string]string{http.MethodGet: "read", http.MethodDelete: "delete", http.MethodPost: "register/action"}[r.Method]
	if verb == "" {
		verb = "write"
	}
	return kind + "/" + verb
}

// decode reads a JSON body.
func (c *call) decode(v any) error {
	raw, err := io.ReadAll(io.LimitReader(c.Body, 4<<20))
	if err != nil {
		return refuse(http.StatusBadRequest, "InvalidRequestContent", "The request content could not be read: %v", err)
	}
	requestlog.Annotate(c.Context(), func(e *requestlog.Entry) { e.SetBody(c.Header.Get("Content-Type"), raw) })
	if err := json.Unmarshal(raw, v); err != nil {
		return refuse(http.StatusBadRequest, "InvalidRequestContent", "The request content was invalid and could not be deserialized: '%v'.", err)
	}
	return nil
}
