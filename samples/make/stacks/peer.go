// A client and a server on Go's crypto/tls, for recording.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

var (
	serve   = flag.Bool("serve", false, "be the server")
	name    = flag.String("name", "", "server to speak to")
	version = flag.String("version", "", "1.2 or 1.3, both without")
	ca      = flag.String("ca", "", "roots to trust; a server demands a client certificate then")
	cert    = flag.String("cert", "", "own chain")
	key     = flag.String("key", "", "its key")
	alpn    = flag.String("alpn", "", "ALPN protocol")
	suite   = flag.Uint("suite", 0, "the only cipher suite (TLS 1.2)")
	curve   = flag.Uint("curve", 0, "the only group")
	silent  = flag.Bool("silent", false, "a server that never answers")
	leave   = flag.Bool("leave", false, "a server that closes after the handshake")
)

func config() *tls.Config {
	c := &tls.Config{ServerName: *name}
	switch *version {
	case "1.2":
		c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	case "1.3":
		c.MinVersion, c.MaxVersion = tls.VersionTLS13, tls.VersionTLS13
	}
	if *ca != "" {
		pem, err := os.ReadFile(*ca)
		check(err)
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		c.RootCAs = pool
		if *serve {
			c.ClientCAs, c.ClientAuth = pool, tls.RequireAndVerifyClientCert
		}
	}
	if *cert != "" {
		pair, err := tls.LoadX509KeyPair(*cert, *key)
		check(err)
		c.Certificates = []tls.Certificate{pair}
		// A client sends what it has, whatever the server's list of authorities says.
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	}
	if *alpn != "" {
		c.NextProtos = strings.Split(*alpn, ",")
	}
	if *suite != 0 {
		c.CipherSuites = []uint16{uint16(*suite)}
	}
	if *curve != 0 {
		c.CurvePreferences = []tls.CurveID{tls.CurveID(*curve)}
	}
	return c
}

func check(err error) {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

func main() {
	flag.Parse()
	if *serve {
		port, err := net.Listen("tcp", ":443")
		check(err)
		for {
			wire, err := port.Accept()
			check(err)
			go answer(tls.Server(wire, config()))
		}
	}
	wire, err := net.Dial("tcp", *name+":443")
	check(err)
	conn := tls.Client(wire, config())
	defer wire.Close()
	conn.SetDeadline(time.Now().Add(4 * time.Second))
	check(conn.Handshake())
	_, err = fmt.Fprintf(conn, "GET / HTTP/1.0\r\nHost: %s\r\n\r\n", *name)
	check(err)
	_, err = io.Copy(os.Stdout, conn)
	conn.Close()
	check(err)
}

func answer(conn *tls.Conn) {
	defer conn.Close()
	if err := conn.Handshake(); err != nil || *leave {
		return
	}
	if _, err := conn.Read(make([]byte, 4096)); err != nil {
		return
	}
	if *silent {
		time.Sleep(20 * time.Second)
	}
	body := strings.Repeat("all is well. ", 20)
	fmt.Fprintf(conn, "HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}
