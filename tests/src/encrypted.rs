//! TLS before a part of the stack: whoever connects is shown a certificate, and led on in plain. The
//! parts of the tests speak no TLS themselves.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use crate::world::unique;

/// Whether a certificate is good for `localhost`, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// Of the authority, for this host, of today.
    Good,
    /// Its time is over.
    Expired,
    /// For another host.
    Elsewhere,
    /// Signed by nobody known.
    SelfSigned,
}

/// What begins a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// TLS at once.
    WithTls,
    /// As Postgres: the client asks for it first.
    AsPostgres,
}

/// An authority of one test.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: PathBuf,
}

impl Authority {
    /// A new one, its certificate in a file.
    ///
    /// # Panics
    /// If there is no randomness or no disk.
    #[must_use]
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = std::env::temp_dir().join(unique("authority-"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    /// The file of its certificate.
    #[must_use]
    pub fn file(&self) -> String {
        self.folder.join("ca.pem").display().to_string()
    }

    /// A front before `to`; its port.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn front(&self, to: &str, begins: Begins, shown: Certificate) -> Front {
        let acceptor = TlsAcceptor::from(Arc::new(self.config(shown)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let to = to.to_owned();
        let task = tokio::spawn(async move {
            while let Ok((here, _)) = listener.accept().await {
                let (to, acceptor) = (to.clone(), acceptor.clone());
                tokio::spawn(async move {
                    // What a client makes of the certificate is the test.
                    let _ = lead(here, &to, begins, &acceptor).await;
                });
            }
        });
        Front { address, task }
    }

    fn config(&self, shown: Certificate) -> ServerConfig {
        let host = match shown {
            Certificate::Elsewhere => "elsewhere.example",
            _ => "localhost",
        };
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        if shown == Certificate::Expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = match shown {
            Certificate::SelfSigned => params.self_signed(&key),
            _ => params.signed_by(&key, &self.issuer),
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        // A second one is refused: it is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.unwrap().into()], key)
            .unwrap()
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// TLS before a part; gone when dropped.
pub struct Front {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Front {
    /// The port it listens on at `localhost`.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn lead(
    mut here: TcpStream,
    to: &str,
    begins: Begins,
    acceptor: &TlsAcceptor,
) -> std::io::Result<()> {
    if begins == Begins::AsPostgres {
        let mut request = [0; 8];
        here.read_exact(&mut request).await?;
        here.write_all(b"S").await?;
    }
    let mut here = acceptor.accept(here).await?;
    let mut there = TcpStream::connect(to).await?;
    copy_bidirectional(&mut here, &mut there).await?;
    Ok(())
}
