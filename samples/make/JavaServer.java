import java.io.*;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.*;

/** A JSSE server that insists on a client certificate: JavaServer PORT VERSION CLIENT-ROOT.pem IDENTITY.p12 */
class JavaServer {
    public static void main(String[] args) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream root = new FileInputStream(args[2])) {
            trusted.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(root));
        }
        KeyStore own = KeyStore.getInstance("PKCS12");
        try (InputStream file = new FileInputStream(args[3])) {
            own.load(file, "changeit".toCharArray());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, "changeit".toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        SSLServerSocket port = (SSLServerSocket) tls.getServerSocketFactory().createServerSocket(Integer.parseInt(args[0]));
        port.setEnabledProtocols(new String[] {args[1]});
        port.setNeedClientAuth(true);
        System.out.println("listening");
        while (true) {
            try (SSLSocket wire = (SSLSocket) port.accept()) {
                BufferedReader request = new BufferedReader(new InputStreamReader(wire.getInputStream()));
                int length = 0;
                for (String line = request.readLine(); line != null && !line.isEmpty(); line = request.readLine()) {
                    if (line.toLowerCase().startsWith("content-length:")) {
                        length = Integer.parseInt(line.substring(15).trim());
                    }
                }
                for (int left = length; left > 0; left--) {
                    request.read();
                }
                String body = "{\"status\":\"COMPLETE\",\"signature\":\"" + "c3ludGhldGlj".repeat(90) + "\"}";
                wire.getOutputStream().write(("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length() + "\r\nConnection: close\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            } catch (IOException error) {
                System.out.println("failed: " + error);
            }
        }
    }
}
