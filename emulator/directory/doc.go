// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package directory holds the emulator's state of Entra ID: the tenant, users, application registrations, service
// principals, delegated grants, app role assignments, licences and the recycle bin, with the rules that the directory
// itself applies. It knows nothing of HTTP: package directoryapi puts it behind Graph's routes and package entra signs
// people and applications in against it. Tests call it directly to change things behind a client's back.
//
// All methods are safe for concurrent use and return copies; the slices inside a returned value must not be changed.
package directory
