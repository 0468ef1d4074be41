//! Whose page of sign-in or registration it is: everybody's, or one municipality's own, by the
//! address `/m/{slug}/…` or, where the installation says so, by the host name `{slug}.` before
//! the base address's. A host is only ever compared with the configured one: any other is
//! taken for it, and no host enters a link.

use app::publications::Municipality;
use axum::{
    extract::{FromRequestParts, Path},
    http::{StatusCode, header, request::Parts, uri::Authority},
    response::{IntoResponse as _, Response},
};
use domain::{actor::TenantId, municipality::Slug};
use maud::{Markup, html};
use serde::Deserialize;
use ui::Flavour;
use url::Url;

use crate::{
    Web,
    error::{Error, Result},
    page::Page,
    session,
    visit::Visit,
};

/// Whose page it is.
pub struct Door {
    /// What stands before `/login` and `/register` in the addresses of this page.
    prefix: String,
    /// The common address of the site, where everybody may sign in.
    elsewhere: String,
    municipality: Option<Municipality>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    slug: String,
}

impl FromRequestParts<Web> for Door {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self> {
        let Path(named) = Path::<Named>::from_request_parts(parts, web)
            .await
            .map_err(|_| Error::NotFound)?;
        if !named.slug.is_empty() {
            return Self::of(web, Some(&named.slug)).await;
        }
        let host = parts.headers.get(header::HOST);
        let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
        let base = &web.settings.base_url;
        match slug_of(base, host).filter(|_| web.settings.tenant_hosts) {
            Some(slug) => Ok(Self {
                prefix: String::new(),
                elsewhere: format!("{base}/login"),
                municipality: Some(web.app.municipality(slug.as_str()).await?),
            }),
            None => Ok(Self::everybody()),
        }
    }
}

impl Door {
    /// Everybody's.
    pub const fn everybody() -> Self {
        Self {
            prefix: String::new(),
            elsewhere: String::new(),
            municipality: None,
        }
    }

    /// The door of the municipality of this slug; everybody's without one.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such municipality.
    pub async fn of(web: &Web, slug: Option<&str>) -> Result<Self> {
        let Some(slug) = slug else {
            return Ok(Self::everybody());
        };
        Ok(Self {
            prefix: format!("/m/{slug}"),
            elsewhere: "/login".to_owned(),
            municipality: Some(web.app.municipality(slug).await?),
        })
    }

    /// The providers one may sign in with behind this door, with the addresses that begin it and
    /// lead on to `next`. Always on the common host: the answer comes back there.
    pub fn providers<'a>(&self, web: &'a Web, next: &str) -> Vec<(&'a str, String)> {
        let here = self.slug();
        let offered = web.settings.providers.iter().filter(|provider| {
            let bound = provider.municipality();
            bound.is_none() || bound == here
        });
        let login = match self.elsewhere.as_str() {
            "" => "/login",
            elsewhere => elsewhere,
        };
        offered
            .map(|provider| {
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                for (name, value) in [("m", here.unwrap_or_default()), ("next", next)] {
                    if !value.is_empty() {
                        query.append_pair(name, value);
                    }
                }
                let query = query.finish();
                let begin = format!("{login}/{}", provider.slug());
                let mark = if query.is_empty() { "" } else { "?" };
                (provider.name(), format!("{begin}{mark}{query}"))
            })
            .collect()
    }

    /// The slug of the municipality it is, if it is one's.
    pub fn slug(&self) -> Option<&str> {
        let municipality = self.municipality.as_ref();
        municipality.map(|municipality| municipality.slug.as_str())
    }

    /// The address of `page` (`/login`, `/register`) behind this door.
    pub fn address(&self, page: &str) -> String {
        format!("{}{page}", self.prefix)
    }

    /// What the session keeps of it.
    pub fn remembered(&self) -> Option<session::Door> {
        self.municipality
            .as_ref()
            .map(|municipality| session::Door {
                tenant: TenantId(municipality.id),
                municipality: municipality.public_id,
            })
    }

    /// The frame of a page behind this door, with the municipality's name above the heading.
    pub fn frame<'a>(&'a self, page: Page<'a>) -> Page<'a> {
        let page = page.flavour(Flavour::Reading);
        match &self.municipality {
            Some(municipality) => page.caption(&municipality.name),
            None => page,
        }
    }

    /// Whom to ask, as the municipality lets it be shown.
    pub fn contacts(&self) -> Markup {
        let contacts = self
            .municipality
            .as_ref()
            .map(|own| own.public_contacts.trim());
        html! {
            @if let Some(contacts) = contacts.filter(|contacts| !contacts.is_empty()) {
                (ui::inset(html! { p { "Координатор по аттестации: " (contacts) } }))
            }
        }
    }

    /// The way to the page where everybody signs in.
    pub fn way_out(&self) -> Markup {
        html! {
            @if self.municipality.is_some() {
                p { a class="govuk-link" href=(self.elsewhere) { "Общая страница входа" } }
            }
        }
    }

    /// The page instead, while the municipality is suspended.
    pub fn closed(&self, visit: &Visit) -> Option<Response> {
        let municipality = self.municipality.as_ref().filter(|own| own.suspended)?;
        let page = self.frame(Page::new(visit, "Вход закрыт")).render(html! {
            p class="govuk-body-l" {
                "Работа муниципалитета «" (municipality.name) "» в системе приостановлена: войти в его кабинеты и зарегистрироваться в нём сейчас нельзя."
            }
            p { "Поданные заявления рассматриваются, сроки идут. С вопросами обратитесь в Центр аттестации педагогических работников." }
            (self.contacts())
            (self.way_out())
        });
        Some((StatusCode::FORBIDDEN, page).into_response())
    }
}

/// The municipality a host names: one label, a slug, before the host of `base`, on its port.
/// Case and a dot at the end do not matter; an address of numbers has nothing before it.
fn slug_of(base: &str, host: &str) -> Option<Slug> {
    let base = Url::parse(base).ok()?;
    let authority: Authority = host.parse().ok().filter(|_| !host.contains('@'))?;
    // A port that is none is another one than ours, not one left out.
    let named = authority.as_str() != authority.host();
    let port = match named {
        true => authority.port_u16(),
        false => Url::parse(&format!("{}://h", base.scheme()))
            .ok()?
            .port_or_known_default(),
    };
    if port != base.port_or_known_default() {
        return None;
    }
    let name = authority.host().to_ascii_lowercase();
    let name = name.strip_suffix('.').unwrap_or(&name);
    let label = name
        .strip_suffix(base.domain()?.trim_end_matches('.'))?
        .strip_suffix('.')?;
    Slug::parse(label).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(base: &str, host: &str) -> Option<String> {
        slug_of(base, host).map(|slug| slug.to_string())
    }

    #[test]
    fn a_label_before_the_base_host_names_a_municipality() {
        let base = "https://attest.example.ru";
        for host in [
            "tomsk.attest.example.ru",
            "TOMSK.Attest.Example.RU",
            "tomsk.attest.example.ru.",
            "tomsk.attest.example.ru:443",
        ] {
            assert_eq!(named(base, host).as_deref(), Some("tomsk"), "{host}");
        }
        let local = "http://localhost:8080";
        assert_eq!(
            named(local, "tomsk.localhost:8080").as_deref(),
            Some("tomsk")
        );
        // The base's own name in other letters is the same host.
        let idn = "https://аттестация.рф";
        let punycode = Url::parse(idn).unwrap().domain().unwrap().to_owned();
        assert!(punycode.starts_with("xn--"), "{punycode}");
        let host = format!("tomsk.{punycode}");
        assert_eq!(named(idn, &host).as_deref(), Some("tomsk"));
    }

    #[test]
    fn any_other_host_names_nobody() {
        let base = "https://attest.example.ru";
        for host in [
            "",
            "attest.example.ru",
            "evil",
            "tomsk.evil.example",
            "tomskattest.example.ru",
            "a.tomsk.attest.example.ru",
            ".attest.example.ru",
            "-.attest.example.ru",
            "tomsk.attest.example.ru:8443",
            "tomsk.attest.example.ru:99999",
            "tomsk.attest.example.ru..",
            "tomsk.attest.example.ru@evil.example",
            "evil@tomsk.attest.example.ru",
            "томск.attest.example.ru",
            "tomsk.attest.example.ru/login",
            "tomsk_.attest.example.ru",
            " tomsk.attest.example.ru",
        ] {
            assert_eq!(named(base, host), None, "{host}");
        }
        assert_eq!(named("http://127.0.0.1:80", "tomsk.127.0.0.1:80"), None);
        assert_eq!(named("http://[::1]:80", "tomsk.[::1]:80"), None);
    }
}
