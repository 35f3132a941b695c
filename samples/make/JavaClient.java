import java.io.*;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.*;
import java.util.EnumSet;
import javax.net.ssl.*;

/**
 * A JSSE client: JavaClient HOST PORT VERSION ROOT.pem IDENTITY.p12 [crl]; posts once and prints the status line.
 * With `crl` it insists on the CRL that the server's certificate names.
 */
class JavaClient {
    public static void main(String[] args) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream root = new FileInputStream(args[3])) {
            trusted.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(root));
        }
        KeyStore own = KeyStore.getInstance("PKCS12");
        try (InputStream file = new FileInputStream(args[4])) {
            own.load(file, "changeit".toCharArray());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        if (args.length > 5) {
            PKIXRevocationChecker checker = (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
            checker.setOptions(EnumSet.of(PKIXRevocationChecker.Option.ONLY_END_ENTITY,
                    PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(trusted, new X509CertSelector());
            parameters.addCertPathChecker(checker);
            trust.init(new CertPathTrustManagerParameters(parameters));
        } else {
            trust.init(trusted);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, "changeit".toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        try (SSLSocket wire = (SSLSocket) tls.getSocketFactory().createSocket(args[0], Integer.parseInt(args[1]))) {
            wire.setEnabledProtocols(new String[] {args[2]});
            wire.startHandshake();
            String body = "{\"request\":\"{}\",\"signature\":\"" + "c3ludGhldGlj".repeat(40) + "\"}";
            wire.getOutputStream().write(("POST /licservice/license HTTP/1.1\r\nHost: " + args[0]
                    + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                    + "\r\nConnection: close\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            // Whatever follows the status line is read to the end, so that the server can close in order.
            BufferedReader answer = new BufferedReader(new InputStreamReader(wire.getInputStream()));
            System.out.println("answer: " + answer.readLine());
            while (answer.readLine() != null) { }
        } catch (IOException error) {
            System.out.println("failed: " + error);
        }
    }
}
