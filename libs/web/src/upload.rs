//! Forms with files: every file goes as a stream straight into the store, never whole into
//! memory. The token comes first in the form, so a stranger's form is refused unread.

use std::{collections::HashMap, sync::Arc};

use app::{FieldFault, files::Received};
use axum::{
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request},
    response::Response,
};
use domain::actor::TenantId;

use crate::{
    Web,
    error::{Error, Result},
    form::{same_site, token_fits},
    limits::Limit,
    visit::Visit,
};

/// The greatest length of a text field beside a file, in bytes.
const MAX_TEXT: usize = 16 * 1024;

/// The greatest length of a whole form with files, in bytes: some twenty of the largest.
const MAX_BODY: usize = 1024 * 1024 * 1024;

/// A posted form with files, not read yet.
pub struct Upload {
    multipart: Multipart,
    visit: Arc<Visit>,
}

/// What a form with files brought.
#[derive(Debug, Default)]
pub struct Uploaded {
    texts: HashMap<String, String>,
    /// The files, in order, each with the field it came in.
    pub files: Vec<(String, Received)>,
    /// Files that could not be taken, and why.
    pub faults: Vec<FieldFault>,
}

impl Uploaded {
    /// A text field as typed; empty if it was not sent.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// The version a form carries; -1, which nothing has, if it is none.
    #[must_use]
    pub fn version(&self) -> i32 {
        self.text("version").parse().unwrap_or(-1)
    }

    /// The first file of a field.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&Received> {
        self.files
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, file)| file)
    }

    /// All files, without their fields.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.files.iter().map(|(_, file)| file.clone()).collect()
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Error;

    async fn from_request(mut request: Request, state: &S) -> Result<Self> {
        same_site(request.headers())?;
        // Files are bounded one by one on their way into the store.
        DefaultBodyLimit::disable().apply(&mut request);
        let visit = request
            .extensions()
            .get::<Arc<Visit>>()
            .cloned()
            .ok_or(Error::Expired)?;
        // Each file has its own limit; axum's 2 MB are for forms without files.
        let mut request = request;
        DefaultBodyLimit::max(MAX_BODY).apply(&mut request);
        let multipart = Multipart::from_request(request, state)
            .await
            .map_err(|_| Error::Expired)?;
        Ok(Self { multipart, visit })
    }
}

impl Upload {
    /// Reads the form: texts are kept, files stored for the municipality `tenant`. The verb
    /// that takes the files names them in rows; if it fails, discard them.
    ///
    /// # Errors
    /// [`Error::Expired`] with an old token; nothing was read then. [`Error::TooMany`] above the
    /// hour's limit of files (SEC-74).
    pub async fn receive(mut self, web: &Web, tenant: TenantId) -> Result<Uploaded> {
        let mut uploaded = Uploaded::default();
        let read = self.read(web, tenant, &mut uploaded).await;
        if let Err(error) = read {
            web.app.discard(&uploaded.received()).await;
            return Err(error);
        }
        Ok(uploaded)
    }

    async fn read(&mut self, web: &Web, tenant: TenantId, into: &mut Uploaded) -> Result<()> {
        let mut trusted = false;
        while let Some(mut field) = self.multipart.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            let Some(file_name) = field.file_name().map(str::to_owned) else {
                let mut text = Vec::new();
                while let Some(chunk) = field.chunk().await.map_err(broken)? {
                    text.extend_from_slice(&chunk);
                    if text.len() > MAX_TEXT {
                        return Err(Error::TooLarge);
                    }
                }
                let text = String::from_utf8_lossy(&text).into_owned();
                if name == "_csrf" {
                    trusted = token_fits(&self.visit, &text)?;
                }
                if !trusted {
                    return Err(Error::Expired);
                }
                into.texts.insert(name, text);
                continue;
            };
            if !trusted {
                return Err(Error::Expired);
            }
            // A file field left empty comes as a file without name and bytes.
            if file_name.is_empty() {
                continue;
            }
            Limit::upload(web, self.visit.person()?.account)
                .take(web)
                .await?;
            match web
                .app
                .receive(field_name(&name), tenant.0, &file_name, field)
                .await
            {
                Ok(file) => into.files.push((name, file)),
                Err(app::Error::Invalid(faults)) => {
                    into.faults
                        .extend(faults.into_iter().map(|fault| FieldFault {
                            words: format!("{file_name}: {}", fault.words),
                            ..fault
                        }))
                }
                Err(error) => return Err(error.into()),
            }
        }
        if trusted { Ok(()) } else { Err(Error::Expired) }
    }
}

/// The file fields our forms have, so that a fault can name the field.
fn field_name(name: &str) -> &'static str {
    match name {
        "scan" => "scan",
        "conclusion" => "conclusion",
        _ => "files",
    }
}

fn broken(error: axum::extract::multipart::MultipartError) -> Error {
    tracing::info!(%error, "an upload broke off");
    Error::Invalid(vec![FieldFault::new(
        "",
        "Файл передан не полностью: повторите",
    )])
}

/// A file on its way to a person: always as an attachment of a fixed type, from a page that
/// may run nothing (SEC-65).
#[must_use]
pub fn download(name: &str, object: app::files::Opened) -> Response {
    let body = axum::body::Body::from_stream(object.body);
    attachment(name, object.content_type, object.size, body)
}

/// As [`download`], wherever the bytes come from.
#[must_use]
pub fn attachment(name: &str, content_type: String, size: u64, body: axum::body::Body) -> Response {
    use axum::{http::header, response::IntoResponse as _};
    let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes())
        .collect::<String>()
        .replace('+', "%20");
    (
        [
            (header::CONTENT_TYPE, content_type),
            (header::CONTENT_LENGTH, size.to_string()),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename*=UTF-8''{encoded}"),
            ),
            (
                header::CONTENT_SECURITY_POLICY,
                "sandbox; default-src 'none'".to_owned(),
            ),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ],
        body,
    )
        .into_response()
}
