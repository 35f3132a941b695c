//! A client and a server on rustls, for recording: what this stack's records and alerts look like.
//!
//! ```text
//! rustls-peer client NAME PORT VERSION ROOT [CERT KEY]
//! rustls-peer server PORT VERSION CHAIN KEY [CLIENT-ROOT]
//! ```

use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    SupportedProtocolVersion,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["client", name, port, version, root, own @ ..] => {
            if let Err(error) = client(name, port.parse()?, version, root, own) {
                println!("failed: {error}");
            }
            Ok(())
        }
        ["server", port, version, chain, key, client_root @ ..] => {
            server(port.parse()?, version, chain, key, client_root)
        }
        _ => Err("usage: see the first lines of the source".into()),
    }
}

fn versions(version: &str) -> Vec<&'static SupportedProtocolVersion> {
    match version {
        "1.2" => vec![&rustls::version::TLS12],
        "1.3" => vec![&rustls::version::TLS13],
        _ => rustls::ALL_VERSIONS.to_vec(),
    }
}

fn certificates(file: &str) -> Result<Vec<CertificateDer<'static>>> {
    Ok(CertificateDer::pem_file_iter(file)?.collect::<std::result::Result<_, _>>()?)
}

fn roots(file: &str) -> Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    for one in certificates(file)? {
        store.add(one)?;
    }
    Ok(store)
}

fn client(name: &str, port: u16, version: &str, root: &str, own: &[&str]) -> Result<()> {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&versions(version))?
        .with_root_certificates(roots(root)?);
    let config = match own {
        [cert, key] => builder.with_client_auth_cert(certificates(cert)?, PrivateKeyDer::from_pem_file(key)?)?,
        _ => builder.with_no_client_auth(),
    };
    let tls = ClientConnection::new(Arc::new(config), ServerName::try_from(name.to_owned())?)?;
    let mut wire = StreamOwned::new(tls, TcpStream::connect((name, port))?);
    let body = "{\"request\":\"{}\",\"signature\":{\"type\":\"SHA256\",\"value\":\"".to_owned()
        + &"c3ludGhldGlj".repeat(35)
        + "\"}}";
    // One write, hence one record.
    let request = format!(
        "POST /licservice/license HTTP/1.1\r\nHost: {name}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    wire.write_all(request.as_bytes())?;
    wire.flush()?;
    let mut answer = Vec::new();
    wire.read_to_end(&mut answer)?;
    println!(
        "answer: {}",
        String::from_utf8_lossy(&answer).lines().next().unwrap_or_default()
    );
    wire.conn.send_close_notify();
    wire.conn.write_tls(&mut wire.sock)?;
    Ok(())
}

fn server(port: u16, version: &str, chain: &str, key: &str, client_root: &[&str]) -> Result<()> {
    let provider = Arc::new(default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone()).with_protocol_versions(&versions(version))?;
    let builder = match client_root {
        [root] => builder.with_client_cert_verifier(
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots(root)?), provider).build()?,
        ),
        _ => builder.with_no_client_auth(),
    };
    let config = Arc::new(builder.with_single_cert(certificates(chain)?, PrivateKeyDer::from_pem_file(key)?)?);
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    println!("listening");
    for wire in listener.incoming() {
        if let Err(error) = serve(ServerConnection::new(config.clone())?, wire?) {
            println!("failed: {error}");
        }
    }
    Ok(())
}

fn serve(tls: ServerConnection, wire: TcpStream) -> Result<()> {
    let mut wire = StreamOwned::new(tls, wire);
    let mut request = [0; 16384];
    let mut len = 0;
    // The whole request: its head says how long the body is.
    loop {
        let read = wire.read(&mut request[len..])?;
        if read == 0 {
            return Err("no request".into());
        }
        len += read;
        let text = String::from_utf8_lossy(&request[..len]).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let wanted = head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "))
            .map_or(0, |n| n.parse().unwrap_or(0));
        if body.len() >= wanted {
            break;
        }
    }
    let body = "{\"status\":\"COMPLETE\",\"signature\":{\"value\":\"".to_owned() + &"c3ludGhldGlj".repeat(80) + "\"}}";
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    wire.write_all(answer.as_bytes())?;
    wire.flush()?;
    println!("answered");
    wire.conn.send_close_notify();
    wire.conn.write_tls(&mut wire.sock)?;
    wire.sock.shutdown(std::net::Shutdown::Write)?;
    let mut rest = [0; 1024];
    while wire.sock.read(&mut rest)? > 0 {}
    Ok(())
}
