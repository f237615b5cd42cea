// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package examples_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAccQuickstart also updates an installation that an earlier arrangement of the module has made: the objects move,
// and none is destroyed.
func TestAccQuickstart(t *testing.T) {
	e := open(t, "examples/quickstart", map[string]any{"bot": bot(), "bot_password": botPassword})
	e.life(func() {
		bridging(t)
		before := registration(t)
		if text := e.state(); strings.Contains(text, botPassword) {
			t.Error("the bot's password is in the state")
		}
		flatten(e)
		said := e.run("plan")
		for _, moved := range []string{
			"module.msteams_sync.msteamssync_application.this has moved to module.msteams_sync.module.azure.msteamssync_application.this",
			"module.msteams_sync.msteamssync_client_secret.this has moved to module.msteams_sync.msteamssync_client_secret.this[0]",
			"Plan: 0 to add, 0 to change, 0 to destroy",
		} {
			if !strings.Contains(said, moved) {
				t.Errorf("the plan does not say %q:\n%s", moved, said)
			}
		}
		e.apply()
		e.unchanged()
		if after := registration(t); after.AppID != before.AppID {
			t.Errorf("the registration is another one: %s, was %s", after.AppID, before.AppID)
		}
	})
}

// flatten puts the state's resources where the module had them before it was made of two.
func flatten(e *example) {
	e.t.Helper()
	var state map[string]any
	if err := json.Unmarshal([]byte(e.state()), &state); err != nil {
		e.t.Fatal(err)
	}
	state["serial"] = state["serial"].(float64) + 1
	for _, each := range state["resources"].([]any) {
		resource := each.(map[string]any)
		resource["module"] = "module.msteams_sync"
		for _, one := range resource["instances"].([]any) {
			if resource["type"] == "msteamssync_client_secret" {
				delete(one.(map[string]any), "index_key")
			}
			delete(one.(map[string]any), "dependencies")
		}
	}
	text, err := json.Marshal(state)
	if err != nil {
		e.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(e.Dir, "terraform.tfstate"), text, 0o600); err != nil {
		e.t.Fatal(err)
	}
}

func TestAccCertificateInsteadOfSecret(t *testing.T) {
	e := open(t, "examples/certificate-instead-of-secret", map[string]any{"credentials": []string{"secret"}})
	e.run("init")
	e.apply() // what there was before: a secret
	e.variable("credentials", []string{"secret", "certificate"})
	e.apply()
	e.unchanged()
	bridging(t)
	e.variable("credentials", []string{"certificate"})
	e.life(func() {
		bridging(t)
		app := registration(t)
		if len(app.PasswordCredentials) != 0 || len(app.KeyCredentials) != 1 {
			t.Errorf("the registration has %d secrets and %d certificates, want 0 and 1", len(app.PasswordCredentials), len(app.KeyCredentials))
		}
		e.variable("rotation_triggers", map[string]string{"because": "the test says so"})
		e.apply()
		e.unchanged()
		if again := registration(t); len(again.KeyCredentials) != 1 || again.KeyCredentials[0].KeyID == app.KeyCredentials[0].KeyID {
			t.Errorf("the certificate was not replaced: %v", again.KeyCredentials)
		}
		bridging(t)
	})
}

func TestAccSecretRotation(t *testing.T) {
	e := open(t, "examples/secret-rotation", nil)
	e.life(func() {
		first := e.output("key_id")
		e.variable("rotation", "second")
		e.apply()
		e.unchanged()
		second := e.output("key_id")
		app := registration(t)
		if second == first || len(app.PasswordCredentials) != 2 {
			t.Errorf("after the rotation the key is %s, was %s, of %d", second, first, len(app.PasswordCredentials))
		}
		// Without an overlap the previous one goes in the same apply.
		e.variable("overlap", "0s")
		e.variable("rotation", "third")
		e.apply()
		e.unchanged()
		if app = registration(t); len(app.PasswordCredentials) != 1 || app.PasswordCredentials[0].KeyID == second {
			t.Errorf("without an overlap %d secrets are left", len(app.PasswordCredentials))
		}
		if err := shared.Emulator.Directory().RemovePassword(app.ID, app.PasswordCredentials[0].KeyID); err != nil {
			t.Fatal(err)
		}
		e.apply() // what is missing is rotated
		bridging(t)
		e.unchanged()
	})
}

// TestAccUSGov: the emulator cannot have Microsoft's addresses, so it stands in through endpoints; that those of the
// government cloud are used without is a matter of one plan.
func TestAccUSGov(t *testing.T) {
	open(t, "examples/usgov", nil).life(func() { bridging(t) })
	e := open(t, "examples/usgov", nil)
	if said := e.run("test"); !strings.Contains(said, "Success!") {
		t.Error(said)
	}
}

func TestAccEvaluationThenMetered(t *testing.T) {
	pair := newTeams(t, "town", "square")
	e := open(t, "examples/evaluation-then-metered", map[string]any{
		"resource_group_name": "msteams-sync", "tenant_subscription_from": 1,
		"channel_links": map[string]any{"town": pair.link("town", "square")},
	})
	model := func(evaluation bool, resource string) {
		t.Helper()
		if is := settings(t)["evaluationapi"]; is != evaluation {
			t.Errorf("evaluationAPI is %v, want %v", is, evaluation)
		}
		if billed := shared.Emulator.Azure().Billed(registration(t).AppID); billed == evaluation {
			t.Errorf("the application is linked to a subscription: %v", billed)
		}
		var have []string
		eventually(t, func() bool {
			have = nil
			for _, subscription := range shared.Emulator.Subscriptions().All() {
				have = append(have, subscription.Resource)
			}
			return len(have) == 1 && have[0] == resource
		}, func() string { return "one subscription to " + resource + "; there are " + strings.Join(have, " ") })
	}
	e.life(func() {
		model(true, "/teams/getAllMessages")
		e.variable("billing_model", "metered")
		e.apply()
		e.unchanged()
		model(false, "/teams/getAllMessages?model=B")
		e.variable("billing_model", "evaluation")
		e.apply()
		e.unchanged()
		model(true, "/teams/getAllMessages")
	})
}
