// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notification

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/crypto/pkcs12"
)

// vector is the sample that Microsoft publishes in the tests of its Graph SDKs (msgraph-sdk-java-core, MIT licence); the
// key is a throw-away.
type vector struct {
	PKCS12     string `json:"pkcs12_base64"`
	Password   string
	Data       string
	Key        string `json:"dataKey"`
	Signature  string `json:"dataSignature"`
	ID         string `json:"encryptionCertificateId"`
	Thumbprint string
	Expected   struct {
		ID              string
		ReplyToID       string
		Body            struct{ Content string }
		PlaintextBytes  int    `json:"plaintext_bytes"`
		PlaintextSHA256 string `json:"plaintext_sha256"`
	}
}

func readVector(t testing.TB) (vector, *Key) {
	t.Helper()
	raw, err := os.ReadFile("testdata/decrypt-vector.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vector
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	file, err := base64.StdEncoding.DecodeString(v.PKCS12)
	if err != nil {
		t.Fatal(err)
	}
	private, certificate, err := pkcs12.Decode(file, v.Password)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ReadKey(certificatePEM(certificate.Raw), privatePEM(t, private))
	if err != nil {
		t.Fatal(err)
	}
	return v, key
}

func certificatePEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func privatePEM(t testing.TB, private any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func (v vector) content() Content {
	return Content{Data: v.Data, Signature: v.Signature, Key: v.Key, CertificateID: v.ID, Thumbprint: v.Thumbprint}
}

func TestPublishedVector(t *testing.T) {
	v, key := readVector(t)
	plain, err := v.content().decrypt(key.private)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(plain)
	if hex.EncodeToString(sum[:]) != v.Expected.PlaintextSHA256 || len(plain) != v.Expected.PlaintextBytes {
		t.Errorf("%d bytes with SHA-256 %x, want %d with %s", len(plain), sum, v.Expected.PlaintextBytes, v.Expected.PlaintextSHA256)
	}
	var message struct {
		ID   string
		Body struct{ Content string }
	}
	if err := json.Unmarshal(plain, &message); err != nil || message.ID != v.Expected.ID || message.Body.Content != v.Expected.Body.Content {
		t.Errorf("message %+v, %v; want %+v", message, err, v.Expected)
	}
	der, err := base64.StdEncoding.DecodeString(key.Certificate())
	if err != nil {
		t.Fatal(err)
	}
	if thumbprint := sha1.Sum(der); !strings.EqualFold(hex.EncodeToString(thumbprint[:]), v.Thumbprint) {
		t.Errorf("thumbprint %x, want %s", thumbprint, v.Thumbprint)
	}
}

// symmetric recovers the vector's key, to sign what no attacker could.
func symmetric(t *testing.T, v vector, key *Key) []byte {
	t.Helper()
	plain, err := rsa.DecryptOAEP(sha1.New(), nil, key.private, decode(t, v.Key), nil)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func decode(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func signed(key, data []byte) (text, signature string) {
	mac := hmac.New(sha256.New, key)
	mac.Write(data)
	return base64.StdEncoding.EncodeToString(data), base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func flipped(t *testing.T, text string, bit int) string {
	raw := decode(t, text)
	raw[bit/8] ^= 1 << (bit % 8)
	return base64.StdEncoding.EncodeToString(raw)
}

func TestWhatIsTamperedWithIsRefused(t *testing.T) {
	v, key := readVector(t)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	sha256Key, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, &key.private.PublicKey, symmetric(t, v, key), nil)
	if err != nil {
		t.Fatal(err)
	}
	short, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, &key.private.PublicKey, make([]byte, 16), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*Content)
		key    *rsa.PrivateKey
		want   error
	}{
		"first bit of the data":             {func(c *Content) { c.Data = flipped(t, v.Data, 0) }, nil, ErrSignature},
		"last bit of the data":              {func(c *Content) { c.Data = flipped(t, v.Data, 8*len(decode(t, v.Data))-1) }, nil, ErrSignature},
		"truncated data":                    {func(c *Content) { c.Data = base64.StdEncoding.EncodeToString(decode(t, v.Data)[:1300]) }, nil, ErrSignature},
		"a bit of the signature":            {func(c *Content) { c.Signature = flipped(t, v.Signature, 9) }, nil, ErrSignature},
		"a truncated signature":             {func(c *Content) { c.Signature = base64.StdEncoding.EncodeToString(decode(t, v.Signature)[:16]) }, nil, ErrSignature},
		"no signature":                      {func(c *Content) { c.Signature = "" }, nil, ErrSignature},
		"a signature of the Base64 text":    {func(c *Content) { _, c.Signature = signed(symmetric(t, v, key), []byte(v.Data)) }, nil, ErrSignature},
		"a bit of the key":                  {func(c *Content) { c.Key = flipped(t, v.Key, 77) }, nil, ErrKey},
		"a key for somebody else":           {func(*Content) {}, other, ErrKey},
		"a key encrypted with SHA-256":      {func(c *Content) { c.Key = base64.StdEncoding.EncodeToString(sha256Key) }, nil, ErrKey},
		"a short key":                       {func(c *Content) { c.Key = base64.StdEncoding.EncodeToString(short) }, nil, ErrKey},
		"no key":                            {func(c *Content) { c.Key = "" }, nil, ErrKey},
		"data that is no Base64":            {func(c *Content) { c.Data = "not Base64" }, nil, ErrContent},
		"signed data of no whole block":     {func(c *Content) { c.Data, c.Signature = signed(symmetric(t, v, key), decode(t, v.Data)[:1300]) }, nil, ErrContent},
		"signed data of nothing":            {func(c *Content) { c.Data, c.Signature = signed(symmetric(t, v, key), nil) }, nil, ErrContent},
		"signed data with a broken padding": {func(c *Content) { c.Data, c.Signature = signed(symmetric(t, v, key), decode(t, v.Data)[:1296]) }, nil, ErrContent},
	} {
		c := v.content()
		test.change(&c)
		private := key.private
		if test.key != nil {
			private = test.key
		}
		if plain, err := c.decrypt(private); !errors.Is(err, test.want) || plain != nil {
			t.Errorf("%s: %d bytes, %v; want %v", name, len(plain), err, test.want)
		}
	}
}

// TestPaddingErrorsAreAllAlike makes every wrong padding there is and a few right ones.
func TestPaddingErrorsAreAllAlike(t *testing.T) {
	v, key := readVector(t)
	secret := symmetric(t, v, key)
	block, err := aes.NewCipher(secret)
	if err != nil {
		t.Fatal(err)
	}
	seal := func(plain []byte) Content {
		data := bytes.Clone(plain)
		cipher.NewCBCEncrypter(block, secret[:aes.BlockSize]).CryptBlocks(data, data)
		c := v.content()
		c.Data, c.Signature = signed(secret, data)
		return c
	}
	for last := range 256 {
		plain := bytes.Repeat([]byte{0xEE}, 32)
		plain[31] = byte(last)
		_, err := seal(plain).decrypt(key.private)
		if good := last == 1; good != (err == nil) || !good && err != ErrContent { //nolint:errorlint // the very same error
			t.Errorf("padding that ends in %d after other bytes: %v", last, err)
		}
	}
	for n := 1; n <= aes.BlockSize; n++ {
		plain := append(bytes.Repeat([]byte{0xEE}, 32-n), bytes.Repeat([]byte{byte(n)}, n)...)
		if got, err := seal(plain).decrypt(key.private); err != nil || len(got) != 32-n {
			t.Errorf("padding of %d: %d bytes, %v", n, len(got), err)
		}
		if n > 1 {
			plain[32-n] ^= 1
			if _, err := seal(plain).decrypt(key.private); err != ErrContent { //nolint:errorlint // the very same error
				t.Errorf("padding of %d with a wrong first byte: %v", n, err)
			}
		}
	}
}

// decrypt is what becomes of a content that is kept and read again.
func (c Content) decrypt(private *rsa.PrivateKey) ([]byte, error) {
	s, err := unpack(c.Pack())
	if err != nil {
		return nil, err
	}
	return s.decrypt(private)
}

// TestWhatIsKept is smaller than what came, names the same certificate, can be read twice, and earlier versions' JSON can be read.
func TestWhatIsKept(t *testing.T) {
	v, key := readVector(t)
	document, err := json.Marshal(v.content())
	if err != nil {
		t.Fatal(err)
	}
	kept := v.content().Pack()
	if len(kept) > len(document)*4/5 {
		t.Errorf("%d bytes are kept of %d", len(kept), len(document))
	}
	for name, form := range map[string][]byte{"packed": kept, "JSON": document} {
		s, err := unpack(form)
		if err != nil || s.certificateID != v.ID {
			t.Fatalf("%s: certificate %q, %v", name, s.certificateID, err)
		}
		for range 2 {
			plain, err := s.decrypt(key.private)
			if sum := sha256.Sum256(plain); err != nil || hex.EncodeToString(sum[:]) != v.Expected.PlaintextSHA256 {
				t.Errorf("%s: %q, %v", name, plain, err)
			}
		}
	}
	for n := range kept {
		if s, err := unpack(kept[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes are read as %+v", n, len(kept), s)
		}
	}
	odd := Content{Data: "?", CertificateID: "c"}
	if _, err := unpack(odd.Pack()); !errors.Is(err, ErrContent) {
		t.Errorf("content that is no Base64: %v", err)
	}
}

func FuzzContent(f *testing.F) {
	v, key := readVector(f)
	good, err := json.Marshal(v.content())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(v.content().Pack())
	f.Add([]byte{packed, 0, 0, 0, 200})
	f.Add([]byte(`{"data":"AA==","dataSignature":"","dataKey":"AA=="}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, document []byte) {
		s, err := unpack(document)
		if err != nil {
			return
		}
		plain, err := s.decrypt(key.private)
		if err != nil {
			return
		}
		// Whatever decrypts was signed with the vector's key: only the vector's own text was.
		if sum := sha256.Sum256(plain); hex.EncodeToString(sum[:]) != v.Expected.PlaintextSHA256 {
			t.Errorf("decrypted %q", plain)
		}
	})
}
