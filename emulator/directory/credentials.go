// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"crypto/rand"
	"crypto/sha1" // Entra names certificates by their SHA-1 thumbprint
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// PasswordCredential is a client secret without its text.
type PasswordCredential struct {
	CustomKeyIdentifier *string   `json:"customKeyIdentifier"`
	DisplayName         *string   `json:"displayName"`
	EndDateTime         time.Time `json:"endDateTime"`
	Hint                string    `json:"hint"` // the first three characters of the text
	KeyID               string    `json:"keyId"`
	SecretText          *string   `json:"secretText"` // set in the answer to addPassword only
	StartDateTime       time.Time `json:"startDateTime"`
}

// KeyCredential is a certificate. Key is returned only when it is selected.
type KeyCredential struct {
	CustomKeyIdentifier *string    `json:"customKeyIdentifier"` // SHA-1 thumbprint in upper-case hex unless the caller chose
	DisplayName         *string    `json:"displayName"`
	EndDateTime         *time.Time `json:"endDateTime"`
	Key                 *string    `json:"key"` // base64 of the DER certificate
	KeyID               string     `json:"keyId"`
	StartDateTime       *time.Time `json:"startDateTime"`
	Type                string     `json:"type"`
	Usage               string     `json:"usage"`
}

// NewPassword is the body of addPassword. What is not set gets Graph's default: from now on, for two years.
type NewPassword struct {
	CustomKeyIdentifier *string    `json:"customKeyIdentifier"`
	DisplayName         *string    `json:"displayName"`
	StartDateTime       *time.Time `json:"startDateTime"`
	EndDateTime         *time.Time `json:"endDateTime"`
}

// Reasons why a credential is refused.
var (
	ErrWrongCredential   = errors.New("the credential does not belong to the application")
	ErrExpiredCredential = errors.New("the credential has expired")
)

const secretAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.~-"

// newSecretText makes a secret of the form that Entra makes: 40 characters with "Q~" in the fifth and sixth place.
func newSecretText() string {
	raw := make([]byte, 40)
	_, _ = rand.Read(raw) // never fails
	for i := range raw {
		raw[i] = secretAlphabet[int(raw[i])%len(secretAlphabet)]
	}
	for i := range 3 { // the hint is shown in portals: keep it alphanumeric
		raw[i] = secretAlphabet[int(raw[i])%52]
	}
	copy(raw[3:], "8Q~")
	return string(raw)
}

// AddPassword creates a client secret. The text is in the answer and nowhere else.
func (s *State) AddPassword(id string, request NewPassword) (PasswordCredential, error) {
	return s.addPassword(id, request, newSecretText())
}

func (s *State) addPassword(id string, request NewPassword, text string) (PasswordCredential, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.application(id)
	if err != nil {
		return PasswordCredential{}, err
	}
	credential := PasswordCredential{
		CustomKeyIdentifier: request.CustomKeyIdentifier, DisplayName: request.DisplayName,
		Hint: text[:3], KeyID: uuid.NewString(), StartDateTime: s.now(),
	}
	if request.StartDateTime != nil {
		credential.StartDateTime = request.StartDateTime.UTC()
	}
	credential.EndDateTime = credential.StartDateTime.AddDate(2, 0, 0)
	if request.EndDateTime != nil {
		credential.EndDateTime = request.EndDateTime.UTC()
	}
	if !credential.EndDateTime.After(credential.StartDateTime) {
		return PasswordCredential{}, invalid("The end date of the password credential must be after its start date.")
	}
	record.PasswordCredentials = append(slices.Clone(record.PasswordCredentials), credential)
	record.secrets[credential.KeyID] = sha256.Sum256([]byte(text))
	credential.SecretText = &text
	return credential, nil
}

// RemovePassword deletes a client secret by its key id.
func (s *State) RemovePassword(id, keyID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.application(id)
	if err != nil {
		return err
	}
	kept := slices.DeleteFunc(slices.Clone(record.PasswordCredentials), func(c PasswordCredential) bool { return strings.EqualFold(c.KeyID, keyID) })
	if len(kept) == len(record.PasswordCredentials) {
		return invalid("No password credential found with keyId.")
	}
	record.PasswordCredentials = kept
	delete(record.secrets, strings.ToLower(keyID))
	return nil
}

// ExpirePassword lets a client secret come to its end now, which otherwise takes months.
func (s *State) ExpirePassword(id, keyID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.application(id)
	if err != nil {
		return err
	}
	passwords := slices.Clone(record.PasswordCredentials)
	i := slices.IndexFunc(passwords, func(c PasswordCredential) bool { return strings.EqualFold(c.KeyID, keyID) })
	if i < 0 {
		return invalid("No password credential found with keyId.")
	}
	passwords[i].EndDateTime = s.now().Add(-time.Second)
	record.PasswordCredentials = passwords
	return nil
}

// keepPasswords lets a PATCH drop client secrets and keep them, but not make or change them.
func keepPasswords(before, after []PasswordCredential) error {
	for i, credential := range after {
		at := slices.IndexFunc(before, func(b PasswordCredential) bool { return strings.EqualFold(b.KeyID, credential.KeyID) })
		if at < 0 || credential.SecretText != nil {
			return invalid("New password credentials must be generated with service actions.")
		}
		after[i] = before[at]
	}
	return nil
}

// CheckSecret tells whether text is a valid client secret of the application with this client id: nil,
// ErrWrongCredential or ErrExpiredCredential.
func (s *State) CheckSecret(appID, text string) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	record := s.applicationByAppID(appID)
	if record == nil {
		return ErrWrongCredential
	}
	sum, now, result := sha256.Sum256([]byte(text)), s.clock.Now(), ErrWrongCredential
	for _, credential := range record.PasswordCredentials {
		hash := record.secrets[credential.KeyID]
		if subtle.ConstantTimeCompare(hash[:], sum[:]) != 1 {
			continue
		}
		switch {
		case now.After(credential.EndDateTime):
			result = ErrExpiredCredential
		case now.Before(credential.StartDateTime):
		default:
			return nil
		}
	}
	return result
}

// Certificates returns the application's certificates that are valid now, and says whether there were expired ones.
func (s *State) Certificates(appID string) (valid []*x509.Certificate, expired bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	record := s.applicationByAppID(appID)
	if record == nil {
		return nil, false
	}
	now := s.clock.Now()
	for _, key := range record.KeyCredentials {
		certificate, err := x509.ParseCertificate(record.certificates[key.KeyID])
		if err != nil {
			continue // adoptKeys let certificates in only
		}
		if now.After(*key.EndDateTime) || now.Before(*key.StartDateTime) {
			expired = true
			continue
		}
		valid = append(valid, certificate)
	}
	return valid, expired
}

// CertificateText returns the base64 of a certificate by key id, for $select=keyCredentials.
func (s *State) CertificateText(id, keyID string) (string, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	record, err := s.application(id)
	if err != nil || record.certificates[keyID] == nil {
		return "", false
	}
	return base64.StdEncoding.EncodeToString(record.certificates[keyID]), true
}

// adoptKeys checks the certificates of a registration that is about to be stored, moves their bytes out of what is
// returned and drops the bytes of removed ones. An entry without a key keeps the certificate stored under its key id.
func (s *State) adoptKeys(record *applicationRecord, before []KeyCredential) error {
	stored := map[string][]byte{}
	keys := slices.Clone(record.KeyCredentials)
	for i := range keys {
		key := &keys[i]
		if at := slices.IndexFunc(before, func(b KeyCredential) bool { return key.KeyID != "" && strings.EqualFold(b.KeyID, key.KeyID) }); at >= 0 && key.Key == nil {
			stored[before[at].KeyID] = record.certificates[before[at].KeyID]
			*key = before[at]
			continue
		}
		der, err := readCertificate(key)
		if err != nil {
			return err
		}
		if key.KeyID == "" {
			key.KeyID = uuid.NewString()
		}
		key.KeyID, key.Key = strings.ToLower(key.KeyID), nil
		stored[key.KeyID] = der
	}
	record.KeyCredentials, record.certificates = keys, stored
	return nil
}

// readCertificate checks one new certificate and fills its defaults in.
func readCertificate(key *KeyCredential) ([]byte, error) {
	if key.Key == nil {
		return nil, invalid("The value of the key credential's property 'key' is required.")
	}
	der, err := base64.StdEncoding.DecodeString(*key.Key)
	if err != nil {
		return nil, invalid("Key credential 'key' is not base64.")
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, invalid("Key value is invalid certificate.")
	}
	if key.Type != "AsymmetricX509Cert" || key.Usage != "Verify" {
		return nil, invalid("The key credential must be of type AsymmetricX509Cert with usage Verify.")
	}
	if key.CustomKeyIdentifier == nil {
		sum := sha1.Sum(der) // a name, not a protection
		thumbprint := strings.ToUpper(hex.EncodeToString(sum[:]))
		key.CustomKeyIdentifier = &thumbprint
	}
	if key.StartDateTime == nil {
		start := certificate.NotBefore.UTC()
		key.StartDateTime = &start
	}
	if key.EndDateTime == nil {
		end := certificate.NotAfter.UTC()
		key.EndDateTime = &end
	}
	if key.EndDateTime.After(certificate.NotAfter.Add(time.Second)) {
		return nil, invalid("Key credential end date is invalid.")
	}
	return der, nil
}

// applicationByAppID finds a live record by client id; the caller holds the lock.
func (s *State) applicationByAppID(appID string) *applicationRecord {
	for _, record := range s.applications {
		if record.DeletedDateTime == nil && strings.EqualFold(record.AppID, appID) {
			return record
		}
	}
	return nil
}
