package witness

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"cutout/internal/audit"
)

// sizeType is the kind of an answer that names the size the witness last cosigned.
const sizeType = "text/x.tlog.size"

// Handler answers add-checkpoint requests (C2SP tlog-witness), and nothing else. Whoever asks needs no account: what is
// not signed by a log the witness trusts changes nothing. logs gets what an operator must know: disagreements and failures.
func (w *Witness) Handler(logs *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add-checkpoint", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Cache-Control", "no-store")
		rw.Header().Set("X-Content-Type-Options", "nosniff")
		body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, audit.MaxRequest))
		if err != nil {
			http.Error(rw, "the request is too long or broke off", http.StatusBadRequest)
			return
		}
		line, err := w.Add(body)
		var size *audit.OldSize
		var d *audit.Disagreement
		switch {
		case err == nil:
			rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = rw.Write(line)
		case errors.As(err, &size):
			rw.Header().Set("Content-Type", sizeType)
			rw.WriteHeader(http.StatusConflict)
			fmt.Fprintf(rw, "%d\n", size.Size)
		case errors.As(err, &d):
			logs.Error("a log contradicts what it showed before", "log", d.Had.Origin, "had", d.Had.Size, "shows", d.Shown.Size, "reason", err.Error())
			status := http.StatusUnprocessableEntity
			if d.Shown.Size <= d.Had.Size {
				status = http.StatusConflict
			}
			if d.Shown.Size < d.Had.Size { // told the way the protocol tells it, which names the size seen
				rw.Header().Set("Content-Type", sizeType)
				rw.WriteHeader(status)
				fmt.Fprintf(rw, "%d\n", d.Had.Size)
				return
			}
			http.Error(rw, d.Error(), status)
		case errors.Is(err, ErrUnknown):
			http.Error(rw, "this witness does not know the log", http.StatusNotFound)
		case errors.Is(err, audit.ErrSignature):
			http.Error(rw, "the checkpoint is not signed by the log's key", http.StatusForbidden)
		case errors.Is(err, audit.ErrProof):
			http.Error(rw, "the proof does not hold", http.StatusUnprocessableEntity)
		case errors.Is(err, audit.ErrMalformed):
			http.Error(rw, "no add-checkpoint request", http.StatusBadRequest)
		default:
			logs.Error("witness", "error", err.Error())
			http.Error(rw, "the witness failed", http.StatusInternalServerError)
		}
	})
	return mux
}

// ErrAddress means that a witness's address would carry a request in clear over a network, or is none.
var ErrAddress = errors.New("witness: the address is no https address, nor http on this machine")

// Poster brings requests to the witness at an address, and does nothing beside: no proxy, no redirect, no name but the
// one given. It is what a unit calls when, and only when, somebody told it to.
func Poster(address string) (func(ctx context.Context, r audit.Request) ([]byte, error), error) {
	u, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, ErrAddress
	}
	ip := net.ParseIP(u.Hostname())
	if local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback(); u.Scheme != "https" && !(u.Scheme == "http" && local) {
		return nil, ErrAddress
	}
	u = u.JoinPath("add-checkpoint")
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{Proxy: nil, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13}, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(ctx context.Context, r audit.Request) ([]byte, error) { return post(ctx, client, u.String(), r) }, nil
}

func post(ctx context.Context, client *http.Client, to string, r audit.Request) ([]byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(r.Text()))
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", "text/plain; charset=utf-8")
	q.Header.Set("User-Agent", "cutout")
	a, err := client.Do(q)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	body, err := io.ReadAll(io.LimitReader(a.Body, mostFile))
	if err != nil {
		return nil, err
	}
	switch a.StatusCode {
	case http.StatusOK:
		return body, nil
	case http.StatusConflict:
		if n, err := strconv.ParseInt(strings.TrimSpace(string(body)), 10, 64); err == nil && a.Header.Get("Content-Type") == sizeType && n >= 0 && n <= audit.MaxSize {
			return nil, &audit.OldSize{Size: n}
		}
		return nil, audit.ErrProof
	case http.StatusUnprocessableEntity:
		return nil, audit.ErrProof
	case http.StatusForbidden:
		return nil, audit.ErrSignature
	case http.StatusNotFound:
		return nil, ErrUnknown
	}
	return nil, fmt.Errorf("witness: the answer is %s", a.Status)
}
