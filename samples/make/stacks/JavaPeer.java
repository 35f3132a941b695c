import java.io.*;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.*;
import javax.net.ssl.*;

/** A client and a server on JSSE, for recording: client NAME or server; the rest by -D: version, ca, id, alpn, suite, silent, leave. */
class JavaPeer {
    static SSLContext context(boolean isServer) throws Exception {
        TrustManager[] trust = null;
        if (System.getProperty("ca") != null) {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            try (InputStream root = new FileInputStream(System.getProperty("ca"))) {
                trusted.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(root));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(trusted);
            trust = factory.getTrustManagers();
        }
        KeyManager[] own = null;
        if (System.getProperty("id") != null) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream file = new FileInputStream(System.getProperty("id"))) {
                store.load(file, "changeit".toCharArray());
            }
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(store, "changeit".toCharArray());
            own = factory.getKeyManagers();
        }
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(own, trust, null);
        return tls;
    }

    static SSLParameters parameters(SSLParameters it, boolean isServer) {
        if (System.getProperty("version") != null) {
            it.setProtocols(new String[] {"TLSv" + System.getProperty("version")});
        }
        if (System.getProperty("suite") != null) {
            it.setCipherSuites(new String[] {System.getProperty("suite")});
        }
        if (System.getProperty("alpn") != null) {
            it.setApplicationProtocols(new String[] {System.getProperty("alpn")});
        }
        if (isServer) {
            it.setNeedClientAuth(System.getProperty("ca") != null);
        } else {
            it.setEndpointIdentificationAlgorithm("HTTPS");
        }
        return it;
    }

    public static void main(String[] args) throws Exception {
        boolean isServer = args[0].equals("server");
        SSLContext tls = context(isServer);
        if (isServer) {
            SSLServerSocket port = (SSLServerSocket) tls.getServerSocketFactory().createServerSocket(443);
            port.setSSLParameters(parameters(port.getSSLParameters(), true));
            while (true) {
                SSLSocket wire = (SSLSocket) port.accept();
                new Thread(() -> answer(wire)).start();
            }
        }
        try (SSLSocket wire = (SSLSocket) tls.getSocketFactory().createSocket(args[1], 443)) {
            wire.setSoTimeout(4000);
            wire.setSSLParameters(parameters(wire.getSSLParameters(), false));
            wire.startHandshake();
            wire.getOutputStream().write(("GET / HTTP/1.0\r\nHost: " + args[1] + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            System.out.println(new String(wire.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        } catch (IOException error) {
            System.out.println("failed: " + error);
        }
    }

    static void answer(SSLSocket wire) {
        try (wire) {
            wire.startHandshake();
            if (System.getProperty("leave") != null) {
                return;
            }
            if (wire.getInputStream().read(new byte[4096]) < 1) {
                return;
            }
            if (System.getProperty("silent") != null) {
                Thread.sleep(20000);
            }
            String body = "all is well. ".repeat(20);
            wire.getOutputStream().write(("HTTP/1.0 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.US_ASCII));
        } catch (IOException | InterruptedException error) {
            System.out.println("failed: " + error);
        }
    }
}
