//! Forms of many acts, each filled in and ready to be sent.

use reqwest::StatusCode;
use tests::{Browser, Form, Page, Person, Site, World};
use uuid::Uuid;

/// A form ready to be sent by a person, with the files it has.
pub struct Ready {
    pub browser: Browser,
    pub form: Form,
    pub files: Vec<(String, String, Vec<u8>)>,
}

impl Ready {
    pub fn of(browser: Browser, form: Form) -> Self {
        Self {
            browser,
            form,
            files: Vec::new(),
        }
    }

    pub async fn send(&self) -> Page {
        self.browser.send(&self.form, &self.files).await
    }
}

pub async fn page_of(site: &Site, person: &Person, path: &str) -> (Browser, Page) {
    let browser = site.browser_of(person).await;
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    (browser, page)
}

pub fn pdf(field: &str) -> (String, String, Vec<u8>) {
    let bytes = b"%PDF-1.7\n".to_vec();
    (field.to_owned(), "документ.pdf".to_owned(), bytes)
}

pub const ACTS: [&str; 8] = [
    "form an application",
    "submit it",
    "register it",
    "invite",
    "add an organisation",
    "attach a document",
    "withdraw",
    "set a period",
];

/// The form of this act in a municipality made for it.
pub async fn ready(world: &World, site: &Site, act: &str) -> Ready {
    let town = world.town().await;
    let (teacher, coordinator) = (town.teacher().await, town.coordinator().await);
    match act {
        "form an application" => {
            town.card(&teacher).await;
            let (browser, page) = page_of(site, &teacher, "/teacher/application/form").await;
            let mut form = page.form("Сформировать");
            for (name, value) in [
                ("category", "first"),
                ("procedure", "general"),
                ("form", "in_person"),
                ("presence", "absent"),
            ] {
                form.set(name, value);
            }
            Ready::of(browser, form)
        }
        "submit it" => {
            town.ready(&teacher).await;
            let (browser, page) = page_of(site, &teacher, "/teacher/application/submit").await;
            Ready {
                files: vec![pdf("scan")],
                ..Ready::of(browser, page.form("Подать заявление"))
            }
        }
        "register it" => {
            let id = town.submitted(&teacher).await.public_id;
            let path = format!("/municipal/applications/{id}");
            let (browser, page) = page_of(site, &coordinator, &path).await;
            Ready::of(browser, page.form("Зарегистрировать"))
        }
        "invite" => {
            let (browser, page) = page_of(site, &coordinator, "/municipal/invitations").await;
            let email = format!("{}@example.test", Uuid::new_v4().simple());
            let typed = [
                ("Адрес электронной почты", email.as_str()),
                ("Роль", "expert"),
            ];
            Ready::of(browser, page.filled("Пригласить", &typed))
        }
        "add an organisation" => adding(site, &coordinator).await,
        "attach a document" => {
            town.ready(&teacher).await;
            let (browser, page) = page_of(site, &teacher, "/teacher/application/documents").await;
            let forms = page.forms();
            let mut form = forms
                .into_iter()
                .find(|form| !form.files.is_empty())
                .unwrap();
            form.set("kind", "results_table");
            form.set("caption", "Ещё один");
            Ready {
                files: vec![pdf("files")],
                ..Ready::of(browser, form)
            }
        }
        "withdraw" => {
            town.submitted(&teacher).await;
            let (browser, page) = page_of(site, &teacher, "/teacher/withdrawal").await;
            let typed = [("Отзыв заявления в связи с", "болезнью")];
            let sure = browser.submit(&page, "Сформировать", &typed).await;
            Ready::of(browser, sure.form("Да, сформировать"))
        }
        "set a period" => {
            let id = town.registered(&teacher, &coordinator).await.public_id;
            let path = format!("/municipal/schedule/{id}");
            let (browser, page) = page_of(site, &coordinator, &path).await;
            let mut form = page.form("Сохранить");
            let period: Uuid = world
                .superuser()
                .await
                .value("SELECT public_id FROM app.period")
                .await
                .unwrap();
            form.set("period", &period.to_string());
            Ready::of(browser, form)
        }
        _ => panic!("no such act: {act}"),
    }
}

pub async fn adding(site: &Site, coordinator: &Person) -> Ready {
    let path = "/municipal/organisations/new";
    let (browser, page) = page_of(site, coordinator, path).await;
    let mut form = page.form("Сохранить");
    form.set("name", &format!("Школа {}", Uuid::new_v4().simple()));
    form.set("kind", "obshchee");
    Ready::of(browser, form)
}
