//! The frame of every page: heading, navigation of the cabinet in use, notice, errors.

use app::FieldFault;
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use domain::role::Role;
use maud::Markup;
use ui::{FieldError, Flavour, Link, NavItem, Shell, User};

use crate::visit::Visit;

/// Pages that lie beside the section of the navigation they belong to.
const SECTIONS: [(&str, &str); 8] = [
    ("/municipal/schedule", "/municipal/applications"),
    ("/municipal/conclusions", "/municipal/applications"),
    ("/municipal/registers", "/municipal/applications"),
    ("/municipal/withdrawals", "/municipal/applications"),
    ("/municipal/not-applied", "/municipal/applications"),
    ("/municipal/journal", "/municipal/applications"),
    ("/municipal/print", "/municipal/applications"),
    ("/operator/registers", "/operator/conclusions"),
];

/// A page being put together.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    visit: &'a Visit,
    heading: &'a str,
    caption: Option<&'a str>,
    back: Option<Link<'a>>,
    faults: &'a [FieldFault],
    refresh: Option<u32>,
    waits: bool,
    flavour: Flavour,
}

impl<'a> Page<'a> {
    /// A page of this heading for this visitor.
    #[must_use]
    pub const fn new(visit: &'a Visit, heading: &'a str) -> Self {
        Self {
            visit,
            heading,
            caption: None,
            back: None,
            faults: &[],
            refresh: None,
            waits: false,
            flavour: Flavour::Wide,
        }
    }

    /// With a small line above the heading.
    #[must_use]
    pub const fn caption(mut self, caption: &'a str) -> Self {
        self.caption = Some(caption);
        self
    }

    /// With «Вернуться назад» to this address.
    #[must_use]
    pub const fn back(mut self, href: &'a str) -> Self {
        self.back = Some(Link {
            href,
            text: "Вернуться назад",
        });
        self
    }

    /// With the faults of what was typed: the summary on top links to the fields.
    #[must_use]
    pub const fn faults(mut self, faults: &'a [FieldFault]) -> Self {
        self.faults = faults;
        self
    }

    /// A page that asks for itself again after so many seconds.
    #[must_use]
    pub const fn refresh(mut self, seconds: u32) -> Self {
        self.refresh = Some(seconds);
        self
    }

    /// A page that says «Документ готовится…» and asks for itself again after so many seconds: what
    /// it waits for is the answer, and no «Готово» stands beside it.
    #[must_use]
    pub const fn waiting(mut self, seconds: u32) -> Self {
        self.refresh = Some(seconds);
        self.waits = true;
        self
    }

    /// Laid out otherwise than over the whole width.
    #[must_use]
    pub const fn flavour(mut self, flavour: Flavour) -> Self {
        self.flavour = flavour;
        self
    }

    /// The page around this body.
    #[must_use]
    pub fn render(self, body: Markup) -> Markup {
        let role = self.visit.cabinet().map(|cabinet| cabinet.role);
        let path = self.visit.path.split('?').next().unwrap_or("/");
        let links = role.map(navigation).unwrap_or_default();
        let path = SECTIONS
            .iter()
            .find(|(page, _)| path == *page || path.starts_with(&format!("{page}/")))
            .map_or(path, |(_, section)| section);
        // The most particular link the path lies under is the current one.
        let current = links
            .iter()
            .map(|(href, _)| *href)
            .filter(|href| {
                path == *href
                    || path
                        .strip_prefix(*href)
                        .is_some_and(|rest| rest.starts_with('/'))
            })
            .max_by_key(|href| href.len());
        let nav: Vec<NavItem<'_>> = links
            .iter()
            .map(|(href, text)| NavItem {
                href,
                text,
                current: current == Some(*href),
            })
            .collect();
        let errors: Vec<FieldError<'_>> = self
            .faults
            .iter()
            .map(|fault| FieldError {
                field: &fault.field,
                message: &fault.words,
            })
            .collect();
        let user = self.visit.signed.as_ref().map(|signed| User {
            login: &signed.login,
            switch: signed.several,
            csrf: &self.visit.csrf,
        });
        ui::page(
            Shell {
                heading: self.heading,
                caption: self.caption,
                back: self.back,
                nav: &nav,
                user,
                notice: self.visit.notice.as_deref().filter(|_| !self.waits),
                warning: self.visit.warning.as_deref(),
                error_summary: &errors,
                refresh_seconds: self.refresh,
                flavour: self.flavour,
                ..Shell::default()
            },
            body,
        )
    }

    /// The page as the answer to a form that cannot be taken: 422.
    #[must_use]
    pub fn refuse(self, body: Markup) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, self.render(body)).into_response()
    }
}

/// The fault of a field, to be shown beside it.
#[must_use]
pub fn fault_of<'a>(faults: &'a [FieldFault], field: &str) -> Option<&'a str> {
    faults
        .iter()
        .find(|fault| fault.field == field)
        .map(|fault| fault.words.as_str())
}

/// The navigation of a role's cabinet (02 §2.3–2.8), of the pages there are.
fn navigation(role: Role) -> Vec<(&'static str, &'static str)> {
    let home = (role.home(), "Главная");
    let profile = ("/profile", "Личный кабинет");
    match role {
        Role::Teacher => vec![home, profile, ("/teacher/application", "Подать заявление")],
        Role::School => vec![
            home,
            profile,
            ("/school/documents", "Прикрепление документов"),
            ("/school/withdrawals", "Отзыв заявления"),
        ],
        Role::Municipal => vec![
            home,
            profile,
            ("/municipal/invitations", "Приглашение"),
            ("/municipal/applications", "Работа с заявлениями"),
            ("/municipal/experts", "Специалисты"),
            ("/municipal/organisations", "Организации"),
            ("/municipal/people", "Пользователи"),
        ],
        Role::Expert => vec![home, profile],
        Role::Operator => vec![
            home,
            ("/operator/queue", "Очередь"),
            ("/operator/applications", "Заявления"),
            ("/operator/schedule", "График"),
            ("/operator/journal", "Журнал"),
            ("/operator/print", "Печать"),
            ("/operator/conclusions", "Заключения"),
            ("/operator/withdrawals", "Отзывы"),
            ("/operator/periods", "Периоды"),
            ("/operator/orders", "Распоряжения"),
            ("/operator/municipalities", "Муниципалитеты"),
            ("/operator/organisations", "Организации"),
            ("/operator/people", "Пользователи"),
        ],
        Role::Admin => vec![
            home,
            ("/admin/municipalities", "Муниципалитеты"),
            ("/admin/organisations", "Организации"),
            ("/admin/operators", "Операторы"),
            ("/admin/reference", "Справочники"),
            ("/admin/settings", "Настройки"),
            ("/admin/templates", "Шаблоны документов"),
            ("/admin/retention", "Хранение и уничтожение"),
            ("/admin/policy", "Права доступа"),
            ("/admin/audit", "Журнал действий"),
        ],
    }
}
