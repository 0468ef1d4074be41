//! Documents looked at beside the form of the same page: which one and which page the address says,
//! so that all of it works without a script. What is shown of one the verb says, and logs.

use app::{
    files::FileState,
    previews::{Look, Unshown},
};
use domain::actor::Actor;
use maud::Markup;
use serde::Deserialize;
use ui::{OpenDocument, Seen, ShownPage, Viewed};
use uuid::Uuid;

use crate::{
    Web,
    error::{Error, Result},
};

/// What the address asks the viewer for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Looking {
    document: String,
    page: String,
    opened: String,
}

/// A document that can be looked at on a page.
#[derive(Clone, Debug)]
pub struct Item {
    /// The file's id in addresses.
    pub file: Uuid,
    /// What it is.
    pub title: String,
    /// The file's name.
    pub name: String,
    /// How far it is: what is not given out is not offered.
    pub state: FileState,
}

/// The viewer of one page.
#[derive(Clone, Debug)]
pub struct Viewer {
    base: String,
    items: Vec<Item>,
    open: Option<Open>,
}

#[derive(Clone, Debug)]
struct Open {
    at: usize,
    /// What is seen, or why nothing is, in words.
    look: Result<Look, String>,
    page: u32,
}

impl Viewer {
    /// The viewer of these documents on the page `base`, with the one the address asks for open.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a document that is none of these; as the verb.
    pub async fn of(
        web: &Web,
        actor: &Actor,
        base: impl Into<String>,
        items: Vec<Item>,
        looking: &Looking,
    ) -> Result<Self> {
        let mut viewer = Self {
            base: base.into(),
            items,
            open: None,
        };
        if looking.document.is_empty() {
            return Ok(viewer);
        }
        let asked: Uuid = looking.document.parse().map_err(|_| Error::NotFound)?;
        let at = viewer.items.iter().position(|item| item.file == asked);
        let at = at.ok_or(Error::NotFound)?;
        let look = match web.app.look(actor, asked, &looking.opened).await {
            Ok(look) => Ok(look),
            Err(app::Error::Illegal(words)) => Err(words),
            Err(error) => return Err(error.into()),
        };
        viewer.open = Some(Open {
            at,
            look,
            page: looking.page.parse().unwrap_or(1),
        });
        Ok(viewer)
    }

    /// The address of this page with a document open.
    #[must_use]
    pub fn href(&self, file: Uuid) -> String {
        self.address(&format!("document={file}"))
    }

    fn address(&self, asked: &str) -> String {
        let join = if self.base.contains('?') { '&' } else { '?' };
        format!("{}{join}{asked}#{}", self.base, ui::VIEWER)
    }

    /// The page's content with the viewer beside it; alone where there is nothing to look at.
    #[must_use]
    pub fn beside(&self, content: Markup) -> Markup {
        if self.items.is_empty() {
            return content;
        }
        let current = self.open.as_ref().map(|open| open.at);
        let offered: Vec<(usize, String, &str)> = self
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| item.state.is_served())
            .map(|(at, item)| (at, self.href(item.file), item.title.as_str()))
            .collect();
        let documents: Vec<Viewed<'_>> = offered
            .iter()
            .map(|(at, href, title)| Viewed {
                href,
                title,
                current: current == Some(*at),
            })
            .collect();
        let Some(open) = &self.open else {
            return ui::beside(
                content,
                ui::Viewer {
                    documents: &documents,
                    open: None,
                },
            );
        };
        let item = &self.items[open.at];
        let file = item.state.is_served().then(|| address(item.file));
        let again = self.href(item.file);
        let neighbour =
            |found: Option<&(usize, String, &str)>| found.map(|(_, href, _)| href.clone());
        let previous = neighbour(offered.iter().rev().find(|(at, ..)| *at < open.at));
        let next = neighbour(offered.iter().find(|(at, ..)| *at > open.at));
        let (picture, numbered);
        let seen = match &open.look {
            Err(words) => Seen::Nothing(words),
            Ok(Look::Waiting) => Seen::Waiting(&again),
            Ok(Look::Unshown(why)) => Seen::Nothing(unshown(*why)),
            Ok(Look::Pages {
                pages,
                total,
                opened,
            }) => {
                picture = format!("{}/pages/{{n}}?opened={opened}", address(item.file));
                let asked = format!("document={}&page={{n}}&opened={opened}", item.file);
                numbered = self.address(&asked);
                Seen::Page(ShownPage {
                    number: open.page.clamp(1, *pages),
                    pages: *pages,
                    total: *total,
                    picture: &picture,
                    address: &numbered,
                })
            }
        };
        ui::beside(
            content,
            ui::Viewer {
                documents: &documents,
                open: Some(OpenDocument {
                    name: &item.name,
                    file: file.as_deref(),
                    seen,
                    previous: previous.as_deref(),
                    next: next.as_deref(),
                }),
            },
        )
    }
}

/// Where a file itself is given out.
#[must_use]
pub fn address(file: Uuid) -> String {
    format!("/documents/{file}")
}

const fn unshown(why: Option<Unshown>) -> &'static str {
    match why {
        None => "Показать здесь такой файл нельзя: скачайте его.",
        Some(Unshown::Locked) => {
            "Показать нельзя: файл защищён паролем. Скачайте его или попросите прикрепить без пароля."
        }
        Some(Unshown::Broken) => {
            "Показать нельзя: файл повреждён или не читается. Скачайте его и проверьте."
        }
        Some(Unshown::Large) => "Показать нельзя: изображение слишком большое. Скачайте файл.",
        Some(Unshown::Failed) => "Показать не удалось: скачайте файл.",
    }
}
