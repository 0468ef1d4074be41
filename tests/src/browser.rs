//! A person's browser without a browser: it keeps cookies, follows nothing by itself, and
//! reads pages by meaning — headings, labels, buttons, errors — as 02 writes them. Pages that
//! need no script need no more than this.

use std::net::SocketAddr;

use app::App;
use reqwest::{Client, ClientBuilder, StatusCode, header, multipart, redirect};
use scraper::{ElementRef, Html, Selector};
use uuid::Uuid;
use web::{Settings, Web, identity::Providers};

use crate::{
    stack::STACK,
    town::Person,
    world::{PASSWORD, World},
};

/// The pages of a world, served on a port of this machine while the value lives.
pub struct Site {
    address: SocketAddr,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl World {
    /// Serves the pages of this world.
    pub async fn serve(&self) -> Site {
        self.serve_as(|_| {}).await
    }

    /// Serves them to people who may upload so many files an hour.
    pub async fn serve_with_uploads(&self, upload_per_hour: u32) -> Site {
        self.serve_as(|settings| settings.upload_per_hour = upload_per_hour)
            .await
    }

    /// Serves them to people who may take away so many lists an hour.
    pub async fn serve_with_exports(&self, exports_per_hour: u32) -> Site {
        self.serve_as(|settings| settings.exports_per_hour = exports_per_hour)
            .await
    }

    /// Serves them to people who may sign in with these identity providers.
    pub async fn serve_with_providers(&self, providers: Providers) -> Site {
        self.serve_as(|settings| settings.providers = providers)
            .await
    }

    /// Serves them where host names name nobody.
    pub async fn serve_without_hosts(&self) -> Site {
        self.serve_as(|settings| settings.tenant_hosts = false)
            .await
    }

    /// Serves them as behind an ingress that speaks TLS: cookies are for https alone.
    pub async fn serve_secure(&self) -> Site {
        self.serve_as(|settings| settings.secure = true).await
    }

    /// Serves them with this many failed sign-ins to one account.
    pub async fn serve_with_guesses(&self, login_per_account: u32) -> Site {
        self.serve_as(|settings| settings.login_per_account = login_per_account)
            .await
    }

    /// Serves them with sessions and counters in a Redis of their own, at this address.
    pub async fn serve_apart(&self, redis_url: &str) -> Site {
        Site::serve(self.app().clone(), redis_url, |_| {}).await
    }

    /// Serves them apart, behind proxies of these networks, with so many failed sign-ins to one
    /// account and from one address.
    pub async fn serve_guarded(
        &self,
        redis_url: &str,
        proxies: &[&str],
        login_per_account: u32,
        login_per_address: u32,
    ) -> Site {
        Site::serve(self.app().clone(), redis_url, |settings| {
            settings.proxies = proxies.iter().map(|it| it.parse().unwrap()).collect();
            settings.login_per_account = login_per_account;
            settings.login_per_address = login_per_address;
        })
        .await
    }

    async fn serve_as(&self, otherwise: impl FnOnce(&mut Settings)) -> Site {
        Site::serve(self.app().clone(), STACK.redis.reveal(), otherwise).await
    }
}

impl Site {
    /// Serves the pages of an application that was put together otherwise.
    pub async fn of(app: App) -> Self {
        Self::serve(app, STACK.redis.reveal(), |_| {}).await
    }

    async fn serve(app: App, redis_url: &str, otherwise: impl FnOnce(&mut Settings)) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = Settings {
            base_url: format!("http://localhost:{}", address.port()),
            tenant_hosts: true,
            proxies: Vec::new(),
            secure: false,
            register_per_hour: 100_000,
            login_per_account: 1000,
            login_per_address: 100_000,
            providers: Providers::default(),
            upload_per_hour: 100_000,
            exports_per_hour: 100_000,
        };
        otherwise(&mut settings);
        let web = Web::open(app, redis_url, settings).unwrap();
        let pages = web::router(web).into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, pages).await.unwrap() });
        Self { address, server }
    }

    /// The pages another process serves there.
    pub(crate) fn at(address: SocketAddr) -> Self {
        let server = tokio::spawn(std::future::ready(()));
        Self { address, server }
    }

    /// A browser nobody has signed in with.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser {
            base: format!("http://{}", self.address),
            client: client().build().unwrap(),
        }
    }

    /// A browser at the host name of a municipality: `{label}.` before the base address's.
    #[must_use]
    pub fn browser_at(&self, label: &str) -> Browser {
        let host = format!("{label}.localhost");
        Browser {
            base: format!("http://{host}:{}", self.address.port()),
            client: client().resolve(&host, self.address).build().unwrap(),
        }
    }

    /// The port the pages are served on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// A browser this person has signed in with, in its cabinet. The letter that tells it of a new
    /// device is taken back: letters are what tests are about.
    pub async fn browser_of(&self, person: &Person) -> Browser {
        person.ready_to_sign_in().await;
        let browser = self.browser();
        let entered = browser.sign_in("/login", &person.login).await;
        assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.told());
        let home = browser.follow(entered).await;
        assert_eq!(home.path, person.role.home(), "{}", home.told());
        person.forget_news_of_devices().await;
        browser
    }
}

/// A client as a browser is, which follows nothing by itself. Nothing here is asked by TLS; the
/// cryptography is named because `reqwest`, with it for the providers, makes no client without.
fn client() -> ClientBuilder {
    // A second one is refused: it is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .cookie_store(true)
        .redirect(redirect::Policy::none())
}

/// Keeps the cookies of one person.
#[derive(Clone)]
pub struct Browser {
    base: String,
    client: Client,
}

/// An answer of the site.
#[derive(Clone, Debug)]
pub struct Page {
    /// The path asked for.
    pub path: String,
    /// The status.
    pub status: StatusCode,
    /// Where it leads to, if elsewhere.
    pub location: Option<String>,
    /// The content type.
    pub content_type: String,
    /// All headers, sorted.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Browser {
    /// The beginning of all addresses of the site.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Asks for a page.
    pub async fn get(&self, path: &str) -> Page {
        let request = self.client.get(format!("{}{path}", self.base));
        answer(path, request).await
    }

    /// Posts fields as a form without files does.
    pub async fn post(&self, path: &str, fields: &[(String, String)]) -> Page {
        let request = self
            .client
            .post(format!("{}{path}", self.base))
            .form(fields);
        answer(path, request).await
    }

    /// Posts fields and files as a form with files does: fields first, as they stand.
    pub async fn upload(
        &self,
        path: &str,
        fields: &[(String, String)],
        files: &[(String, String, Vec<u8>)],
    ) -> Page {
        let mut form = multipart::Form::new();
        for (name, value) in fields {
            form = form.text(name.clone(), value.clone());
        }
        for (field, name, bytes) in files {
            let part = multipart::Part::bytes(bytes.clone()).file_name(name.clone());
            form = form.part(field.clone(), part);
        }
        let request = self
            .client
            .post(format!("{}{path}", self.base))
            .multipart(form);
        answer(path, request).await
    }

    /// Sends a request of any make to a path of the site.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Sends a piece of a file: bytes, with the token beside them.
    pub async fn piece(&self, path: &str, token: &str, bytes: &[u8]) -> Page {
        let request = self
            .request(reqwest::Method::POST, path)
            .header("x-csrf-token", token)
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .body(bytes.to_vec());
        answer(path, request).await
    }

    /// Types a login and the password of everybody on a page of sign-in.
    pub async fn sign_in(&self, path: &str, login: &str) -> Page {
        let page = self.get(path).await;
        let typed = [("Имя пользователя", login), ("Пароль", PASSWORD)];
        self.submit(&page, "Войти", &typed).await
    }

    /// Follows redirects to the page they lead to.
    pub async fn follow(&self, page: Page) -> Page {
        let mut page = page;
        for _ in 0..6 {
            let Some(location) = page.location.clone() else {
                return page;
            };
            page = self.get(&location).await;
        }
        panic!("redirected in circles: {}", page.path);
    }

    /// Fills in the form of a page that has this button and presses it. Fields are named by
    /// their labels; what is not named stays as the page has it.
    pub async fn submit(&self, page: &Page, button: &str, typed: &[(&str, &str)]) -> Page {
        self.send(&page.filled(button, typed), &[]).await
    }

    /// Sends a form as it stands, with these files if it has a field for them.
    pub async fn send(&self, form: &Form, files: &[(String, String, Vec<u8>)]) -> Page {
        if form.files.is_empty() {
            self.post(&form.action, &form.fields).await
        } else {
            self.upload(&form.action, &form.fields, files).await
        }
    }
}

async fn answer(path: &str, request: reqwest::RequestBuilder) -> Page {
    let response = request
        .send()
        .await
        .unwrap_or_else(|error| panic!("{path}: {error:?}"));
    let text = |name: header::HeaderName| {
        let value = response.headers().get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let (location, content_type) = (text(header::LOCATION), text(header::CONTENT_TYPE));
    let mut headers: Vec<(String, String)> = response
        .headers()
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.to_string(), value)
        })
        .collect();
    headers.sort();
    Page {
        path: path.to_owned(),
        status: response.status(),
        location,
        content_type: content_type.unwrap_or_default(),
        headers,
        body: String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned(),
    }
}

/// A form as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// Whether it is posted; else its fields go into the address.
    pub post: bool,
    /// The fields with the values the page gave them, the token among them.
    pub fields: Vec<(String, String)>,
    /// The names of every field, those not ticked too.
    pub names: Vec<String>,
    /// The names of fields for files.
    pub files: Vec<String>,
    /// The labels with the names of their fields.
    pub labels: Vec<(String, String)>,
    /// The words of its buttons.
    pub buttons: Vec<String>,
}

impl Form {
    /// Gives the field of this name the one value `value`, whatever it had.
    pub fn set(&mut self, name: &str, value: &str) {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    /// The form as a page shown anew would have it: with a number of its own (SEC-71).
    #[must_use]
    pub fn anew(mut self) -> Self {
        for (name, value) in &mut self.fields {
            if name == "_once" {
                *value = Uuid::new_v4().to_string();
            }
        }
        self
    }
}

impl Page {
    /// The heading.
    #[must_use]
    pub fn heading(&self) -> String {
        let page = Html::parse_document(&self.body);
        page.select(&selector("h1"))
            .next()
            .map(words)
            .unwrap_or_default()
    }

    /// The messages of the summary of errors.
    #[must_use]
    pub fn errors(&self) -> Vec<String> {
        let page = Html::parse_document(&self.body);
        page.select(&selector("[role=alert] li"))
            .map(words)
            .collect()
    }

    /// The tags that have a script, a style or a handler in them, which the content security policy
    /// does not let run (SEC-32). As the page is written: values stand in double quotes, and neither
    /// they nor texts have a bare `<` or `"` in them.
    #[must_use]
    pub fn inline(&self) -> Vec<String> {
        if !self.content_type.starts_with("text/html") {
            return Vec::new();
        }
        let pieces = self.body.split('<').skip(1);
        let tags = pieces.filter_map(|piece| piece.split('>').next());
        tags.filter(|tag| runs(&tag.to_ascii_lowercase()))
            .map(str::to_owned)
            .collect()
    }

    /// The addresses of the site the page links to.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        let page = Html::parse_document(&self.body);
        page.select(&selector("a[href^='/']"))
            .filter_map(|link| link.attr("href").map(str::to_owned))
            .collect()
    }

    /// Every form.
    #[must_use]
    pub fn forms(&self) -> Vec<Form> {
        let page = Html::parse_document(&self.body);
        page.select(&selector("form"))
            .map(|form| self.read(&page, form))
            .collect()
    }

    /// The form with this button.
    #[must_use]
    pub fn form(&self, button: &str) -> Form {
        let forms = self.forms();
        forms
            .into_iter()
            .find(|form| form.buttons.iter().any(|known| known == button))
            .unwrap_or_else(|| panic!("no button «{button}»: {}", self.told()))
    }

    /// The form with this button, filled in by its labels; what is not named stays as the page
    /// has it.
    #[must_use]
    pub fn filled(&self, button: &str, typed: &[(&str, &str)]) -> Form {
        let mut form = self.form(button);
        for (label, value) in typed {
            let known = form.labels.iter().find(|(known, _)| known == label);
            let name = known.map(|(_, name)| name.clone()).unwrap_or_else(|| {
                panic!("no field «{label}» beside «{button}»: {:?}", form.labels)
            });
            form.set(&name, value);
        }
        form
    }

    /// What the page says, for a failing test.
    #[must_use]
    pub fn told(&self) -> String {
        let location = self.location.as_deref().unwrap_or_default();
        format!(
            "{} {} {location} «{}» {:?}",
            self.path,
            self.status,
            self.heading(),
            self.errors()
        )
    }

    fn read(&self, page: &Html, form: ElementRef<'_>) -> Form {
        let mut read = Form {
            action: form
                .attr("action")
                .filter(|action| !action.is_empty())
                .unwrap_or(&self.path)
                .to_owned(),
            post: form
                .attr("method")
                .is_some_and(|method| method.eq_ignore_ascii_case("post")),
            fields: Vec::new(),
            names: Vec::new(),
            files: Vec::new(),
            labels: Vec::new(),
            buttons: form.select(&selector("button")).map(words).collect(),
        };
        let named = selector("input[name], select[name], textarea[name]");
        // A field may stand elsewhere and name its form.
        let elsewhere = form
            .attr("id")
            .map(|id| selector(&format!("[name][form='{id}']")));
        let elsewhere = elsewhere.iter().flat_map(|selector| page.select(selector));
        for field in form.select(&named).chain(elsewhere) {
            let name = field.attr("name").unwrap_or_default().to_owned();
            read.names.push(name.clone());
            if let Some(id) = field.attr("id") {
                let label = page.select(&selector(&format!("label[for='{id}']"))).next();
                read.labels
                    .extend(label.map(|label| (words(label), name.clone())));
            }
            let value = match (field.value().name(), field.attr("type").unwrap_or("text")) {
                ("select", _) => {
                    let chosen = field.select(&selector("option[selected]")).next();
                    let first = field.select(&selector("option")).next();
                    let value = chosen.or(first).and_then(|option| option.attr("value"));
                    value.unwrap_or_default().to_owned()
                }
                ("textarea", _) => field.text().collect(),
                (_, "file") => {
                    read.files.push(name);
                    continue;
                }
                (_, "checkbox" | "radio") if field.attr("checked").is_none() => continue,
                _ => field.attr("value").unwrap_or_default().to_owned(),
            };
            read.fields.push((name, value));
        }
        read
    }
}

/// Whether a tag, in small letters, runs something that stands in it.
fn runs(tag: &str) -> bool {
    let name = tag.split_whitespace().next().unwrap_or_default();
    // Outside of quotes: every second part.
    let outside = tag.split('"').step_by(2);
    let mut attributes = outside.flat_map(str::split_whitespace).skip(1);
    name == "style"
        || (name == "script" && !tag.contains(" src=\"/assets/"))
        || tag.contains("=\"javascript:")
        || attributes
            .any(|attribute| attribute.starts_with("style=") || attribute.starts_with("on"))
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

fn words(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
