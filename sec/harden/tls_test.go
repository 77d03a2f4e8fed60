package harden

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cutout/sec/served"
)

// TestTLS holds a server with a certificate to TLS 1.3 and HTTP/1.1, and to silence about clients whose handshake fails.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "unit"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert": {Type: "CERTIFICATE", Bytes: cert}, "key": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := served.Start(t, begin(t).Dir, served.How{Flags: []string{"--tls-cert", filepath.Join(dir, "cert"), "--tls-key", filepath.Join(dir, "key")}})
	known := x509.NewCertPool()
	parsed, err := x509.ParseCertificate(cert)
	if err != nil {
		t.Fatal(err)
	}
	known.AddCert(parsed)
	at := strings.TrimPrefix(s.URL, "https://")
	dial := func(c *tls.Config) (*tls.Conn, error) {
		c.RootCAs = known
		conn, err := tls.DialWithDialer(&net.Dialer{Timeout: time.Minute}, "tcp", at, c)
		if err == nil {
			t.Cleanup(func() { conn.Close() })
		}
		return conn, err
	}
	if conn, err := dial(&tls.Config{NextProtos: []string{"h2", "http/1.1"}}); err != nil {
		t.Errorf("an ordinary browser: %v", err)
	} else if st := conn.ConnectionState(); st.Version != tls.VersionTLS13 || st.NegotiatedProtocol != "http/1.1" {
		t.Errorf("TLS %x speaking %q", st.Version, st.NegotiatedProtocol)
	}
	if _, err := dial(&tls.Config{MaxVersion: tls.VersionTLS12}); err == nil {
		t.Error("TLS 1.2 is spoken")
	}
	if _, err := dial(&tls.Config{NextProtos: []string{"h2"}}); err == nil {
		t.Error("HTTP/2 is spoken")
	}
	if c, err := net.Dial("tcp", at); err == nil { // in clear
		c.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
		c.Read(make([]byte, 10))
		c.Close()
	}
	if said := s.Said(); strings.Contains(said, "handshake") || strings.Contains(said, "127.0.0.1:") && strings.Count(said, "127.0.0.1:") > 1 {
		t.Errorf("the log holds what strangers did:\n%s", said)
	}
}
