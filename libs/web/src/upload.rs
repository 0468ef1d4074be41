//! Forms with files: every file goes as a stream straight into the store, never whole into
//! memory. The token comes first in the form, so a stranger's form is refused unread; then its
//! number, so that a repeat stores nothing (`once`, SEC-71). In place of a file of the field `scan`
//! the field `scan_upload` may name one that was brought piece by piece before (`uploads`).

use std::{collections::HashMap, sync::Arc};

use app::{FieldFault, files::Received, uploads::Brought};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, multipart::Field};
use bytes::Bytes;
use domain::actor::{Actor, TenantId};
use futures::Stream;
use sha2::{Digest as _, Sha256};

use crate::{
    Web,
    error::{Error, Result},
    form::{same_site, token_fits, version},
    limits::Limit,
    once::{self, Done, Once, Said},
    session::Signed,
    visit::Visit,
};

/// The greatest length of a text field beside a file, in bytes.
const MAX_TEXT: usize = 16 * 1024;

/// The greatest length of a whole form with files, in bytes: some twenty of the largest.
const MAX_BODY: usize = 1024 * 1024 * 1024;

/// What follows a field's name where an id stands in place of a file.
const BROUGHT: &str = "_upload";

/// A posted form with files, of which only the token and the number are read yet.
pub struct Upload {
    multipart: Multipart,
    visit: Arc<Visit>,
    once: Once,
    said: Said,
    texts: HashMap<String, String>,
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

    /// Every text field with its value as typed, in no order.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The version the form was shown with.
    #[must_use]
    pub fn version(&self) -> i32 {
        version(self.text("version"))
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
        let visit = request.extensions().get::<Arc<Visit>>().cloned();
        let once = request.extensions().get::<Once>().cloned();
        let (visit, once) = visit.zip(once).ok_or(Error::Expired)?;
        // Each file has its own limit; axum's 2 MB are for forms without files.
        DefaultBodyLimit::max(MAX_BODY).apply(&mut request);
        let multipart = Multipart::from_request(request, state)
            .await
            .map_err(|_| Error::Expired)?;
        let mut upload = Self {
            multipart,
            visit,
            said: Said::default(),
            once,
            texts: HashMap::new(),
        };
        upload.begin().await?;
        Ok(upload)
    }
}

/// A form with one small file, all of it in memory and nowhere else.
#[derive(Debug, Default)]
pub struct Whole {
    texts: HashMap<String, String>,
    bytes: Option<Vec<u8>>,
}

impl Whole {
    /// A text field as typed; empty if it was not sent.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// The file's bytes; `None` if none was chosen.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        self.bytes.as_deref()
    }
}

/// To whom the files of a form belong.
#[derive(Clone, Copy)]
enum Whose<'a> {
    /// To a case of this municipality.
    Municipality(TenantId),
    /// To an order, recorded by this person.
    Order(&'a Actor),
    /// To a sample, kept by this person.
    Sample(&'a Actor),
}

/// A field of the form as it comes by.
enum Part<'a> {
    /// A text, kept by now.
    Text(String),
    /// A file field nothing was chosen in: it comes as a file without name and bytes.
    Empty,
    /// A file by the field it came in and its own name; its bytes are still on their way.
    File(String, String, Box<Field<'a>>),
}

impl Upload {
    /// Reads what stands before everything else: the token, and the number of the form. A
    /// repeat ends here, before anything is asked or stored.
    async fn begin(&mut self) -> Result<()> {
        let Some(Part::Text(token)) = self.next().await? else {
            return Err(Error::Expired);
        };
        if token != "_csrf" || !token_fits(&self.visit, self.text("_csrf"))? {
            return Err(Error::Expired);
        }
        match self.next().await? {
            Some(Part::Text(number)) if number == once::FIELD => {}
            Some(Part::File(..)) => return Err(Error::Expired),
            _ => return Ok(()),
        }
        let Some(done) = self.claim().await? else {
            return Ok(());
        };
        while let Some(part) = self.next().await? {
            if let Part::File(field, name, mut file) = part {
                let mut hash = Sha256::new();
                while let Some(chunk) = file.chunk().await.map_err(broken)? {
                    hash.update(&chunk);
                }
                self.add_file(&field, &name, &hash.finalize());
            }
        }
        Err(self.once.answer(done, self.said.clone()).await)
    }

    async fn claim(&self) -> Result<Option<Done>> {
        let (token, number) = (self.text("_csrf"), self.text(once::FIELD));
        self.once.claim(token, number, true).await
    }

    /// Reads the form: texts are kept, files stored for the municipality `tenant`. The verb
    /// that takes the files names them in rows; if it fails, discard them.
    ///
    /// # Errors
    /// [`Error::TooMany`] above the hour's limit of files (SEC-74).
    pub async fn receive(self, web: &Web, tenant: TenantId) -> Result<Uploaded> {
        self.receive_for(web, Whose::Municipality(tenant)).await
    }

    /// As [`Upload::receive`], the files being an order's, which `actor` records.
    ///
    /// # Errors
    /// As [`Upload::receive`].
    pub async fn receive_order(self, web: &Web, actor: &Actor) -> Result<Uploaded> {
        self.receive_for(web, Whose::Order(actor)).await
    }

    /// As [`Upload::receive`], the files being a sample's, which `actor` keeps.
    ///
    /// # Errors
    /// As [`Upload::receive`].
    pub async fn receive_sample(self, web: &Web, actor: &Actor) -> Result<Uploaded> {
        self.receive_for(web, Whose::Sample(actor)).await
    }

    /// Reads the form with the one file of the field `field` into memory; of a file larger than
    /// `most` bytes one byte more is kept, for its reader to tell. Nothing is stored.
    ///
    /// # Errors
    /// When the form breaks off.
    pub async fn read_whole(mut self, field: &str, most: usize) -> Result<Whole> {
        let mut whole = Whole::default();
        while let Some(part) = self.next().await? {
            let Part::File(named, name, mut file) = part else {
                continue;
            };
            let mut bytes = Vec::new();
            while let Some(chunk) = file.chunk().await.map_err(broken)? {
                let room = (most + 1).saturating_sub(bytes.len());
                bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
            }
            self.add_file(&named, &name, &Sha256::digest(&bytes));
            if named == field {
                whole.bytes = Some(bytes);
            }
        }
        self.once.note(self.said);
        whole.texts = self.texts;
        Ok(whole)
    }

    async fn receive_for(mut self, web: &Web, whose: Whose<'_>) -> Result<Uploaded> {
        let mut uploaded = Uploaded::default();
        if let Err(error) = self.read(web, whose, &mut uploaded).await {
            web.app.discard(&uploaded.received()).await;
            return Err(error);
        }
        self.once.note(self.said);
        uploaded.texts = self.texts;
        Ok(uploaded)
    }

    async fn read(&mut self, web: &Web, whose: Whose<'_>, into: &mut Uploaded) -> Result<()> {
        let visit = Arc::clone(&self.visit);
        let person = visit.person()?;
        while let Some(part) = self.next().await? {
            match part {
                Part::Empty => {}
                Part::Text(name) => {
                    let Some(field) = name.strip_suffix(BROUGHT) else {
                        continue;
                    };
                    let Ok(id) = self.text(&name).parse() else {
                        continue;
                    };
                    let actor = visit.actor_in_use()?;
                    let (file_name, received) =
                        match web.app.take_upload(&actor, field_name(field), id).await {
                            Ok(brought) => take(web, whose, field, brought).await,
                            Err(error) => (String::new(), Err(error)),
                        };
                    let received = unpacked(web, whose, field, received).await;
                    self.keep(web, person, field, &file_name, received, into)
                        .await?;
                }
                Part::File(field, file_name, bytes) => {
                    Limit::upload(web, person.account).take(web).await?;
                    let received = receive(web, whose, &field, &file_name, *bytes).await;
                    let size = received.as_ref().map_or(0, |file| file.size);
                    if let Ok(file) = &received {
                        self.add_file(&field, &file_name, &file.sha256);
                    }
                    let received = unpacked(web, whose, &field, received).await;
                    self.keep(web, person, &field, &file_name, received, into)
                        .await?;
                    let day = Limit::bytes(web, person).await?;
                    day.take_bytes(web, size).await?;
                }
            }
        }
        Ok(())
    }

    async fn keep(
        &self,
        web: &Web,
        person: &Signed,
        field: &str,
        file_name: &str,
        received: app::Result<Vec<Received>>,
        into: &mut Uploaded,
    ) -> Result<()> {
        match received {
            Ok(files) => {
                // The first was counted as it came.
                let rest = files.len().saturating_sub(1);
                let files = files.into_iter().map(|file| (field.to_owned(), file));
                into.files.extend(files);
                for _ in 0..rest {
                    Limit::upload(web, person.account).take(web).await?;
                }
            }
            Err(app::Error::Invalid(faults)) => {
                let named = |words: String| match file_name {
                    "" => words,
                    name => format!("{name}: {words}"),
                };
                into.faults
                    .extend(faults.into_iter().map(|fault| FieldFault {
                        words: named(fault.words),
                        ..fault
                    }));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<Option<Part<'_>>> {
        let Some(mut field) = self.multipart.next_field().await.map_err(broken)? else {
            return Ok(None);
        };
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            Some(file) if file.is_empty() => Ok(Some(Part::Empty)),
            Some(file) => Ok(Some(Part::File(name, file, Box::new(field)))),
            None => {
                let mut text = Vec::new();
                while let Some(chunk) = field.chunk().await.map_err(broken)? {
                    text.extend_from_slice(&chunk);
                    if text.len() > MAX_TEXT {
                        return Err(Error::TooLarge);
                    }
                }
                self.said.add(name.as_bytes());
                self.said.add(&text);
                let text = String::from_utf8_lossy(&text).into_owned();
                self.texts.insert(name.clone(), text);
                Ok(Some(Part::Text(name)))
            }
        }
    }

    fn add_file(&mut self, field: &str, name: &str, sha256: &[u8]) {
        for value in [field.as_bytes(), name.as_bytes(), sha256] {
            self.said.add(value);
        }
    }

    fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }
}

/// Receives a file that came piece by piece, and tells its name.
async fn take(
    web: &Web,
    whose: Whose<'_>,
    field: &str,
    brought: Brought,
) -> (String, app::Result<Received>) {
    let Brought { name, bytes, taken } = brought;
    let received = receive(web, whose, field, &name, bytes).await;
    let settled = web.app.settle_upload(taken, received).await;
    (name, settled)
}

async fn receive<S, E>(
    web: &Web,
    whose: Whose<'_>,
    field: &str,
    name: &str,
    bytes: S,
) -> app::Result<Received>
where
    S: Stream<Item = std::result::Result<Bytes, E>> + Send + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + Send,
{
    let field = field_name(field);
    match whose {
        Whose::Municipality(tenant) => web.app.receive(field, tenant.0, name, bytes).await,
        Whose::Order(actor) => web.app.receive_order(actor, field, name, bytes).await,
        Whose::Sample(actor) => web.app.receive_sample(actor, field, name, bytes).await,
    }
}

/// The file, or the files of it where it is an archive.
async fn unpacked(
    web: &Web,
    whose: Whose<'_>,
    field: &str,
    received: app::Result<Received>,
) -> app::Result<Vec<Received>> {
    match (received?, whose) {
        (file, Whose::Municipality(tenant)) if file.is_archive() => {
            web.app.unpack(field_name(field), tenant.0, file).await
        }
        (file, _) => Ok(vec![file]),
    }
}

/// The file fields our forms have, so that a fault can name the field.
pub fn field_name(name: &str) -> &'static str {
    match name {
        "scan" => "scan",
        "conclusion" => "conclusion",
        "file" => "file",
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
