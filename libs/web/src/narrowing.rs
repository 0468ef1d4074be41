//! A list of applications as its address asks for it, the coordinator's, the operators' and their
//! queue alike: filters, order, page and format (02 §2). What the address does not say by a known
//! word is not asked for. Here is how it is read and written again; the fields stand in [`fields`], what is
//! kept of it under a name in [`views`], the file in [`taken`].

pub mod fields;
mod register;
pub mod taken;
pub mod views;

use app::{
    lists::{Gap, Listed, Order, Term, Wanted},
    municipality_filter::MunicipalityFilter,
};
use chrono::NaiveDate;
use domain::{
    actor::{Actor, TenantId},
    calendar::text,
    life::Status,
    reference::{Category, Form},
    routing::WorkList,
};
use maud::{Markup, html};
use serde::Deserialize;
use ui::{Direction, Pagination, ru};
use uuid::Uuid;

pub use register::{Register, Shows};

use crate::{Web, asked::address, error::Result};

/// What an address asks for, as it stands there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asking {
    tab: String,
    municipality: String,
    organisation: String,
    state: String,
    term: String,
    period: String,
    category: String,
    form: String,
    gap: String,
    since: String,
    until: String,
    took: String,
    reason: String,
    expert: String,
    q: String,
    sort: String,
    after: String,
    format: String,
}

/// The word of a coordinator's tab for all of them, which dashboards lead to.
pub const ALL_TABS: &str = "all";

/// The word of a filter on reasons for «none of the list».
const OWN_WORDS: &str = "own";

/// A column one sorts by: its word in the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sorting {
    /// «Подано».
    Submitted,
    /// «Срок».
    Due,
    /// «ФИО».
    Name,
    /// «Номер».
    Number,
    /// «Состояние».
    State,
}

impl Sorting {
    const ALL: [Self; 5] = [
        Self::Submitted,
        Self::Due,
        Self::Name,
        Self::Number,
        Self::State,
    ];

    const fn code(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Due => "due",
            Self::Name => "name",
            Self::Number => "number",
            Self::State => "state",
        }
    }

    const fn order(self) -> Order {
        match self {
            Self::Submitted | Self::Due => Order::Due,
            Self::Name => Order::Name,
            Self::Number => Order::Number,
            Self::State => Order::State,
        }
    }
}

impl Asking {
    /// The work list of the tab; unsaid it is the first of them.
    #[must_use]
    pub fn list(&self, register: Register) -> WorkList {
        match self.tab.as_str() {
            "industry" => WorkList::Industry,
            _ if register.is_queue() => WorkList::Simplified,
            "simplified" => WorkList::Simplified,
            _ => WorkList::Municipal,
        }
    }

    /// Whether all tabs are shown as one.
    #[must_use]
    pub fn is_of_all_tabs(&self) -> bool {
        self.tab == ALL_TABS
    }

    /// The row the page follows.
    #[must_use]
    pub fn after(&self) -> Option<Uuid> {
        self.after.parse().ok()
    }

    /// What is typed into «Поиск».
    #[must_use]
    pub fn search(&self) -> &str {
        &self.q
    }

    /// The filter «Муниципалитет», as the address has it.
    ///
    /// # Errors
    /// As the verb.
    pub async fn municipality(&self, web: &Web, actor: &Actor) -> Result<MunicipalityFilter> {
        Ok(web
            .app
            .municipality_filter(actor, &self.municipality)
            .await?)
    }

    /// The column sorted by and whether it goes down, said or not.
    fn sorting(&self, register: Register) -> (Sorting, bool) {
        let (word, down) = match self.sort.strip_prefix('-') {
            Some(word) => (word, true),
            None => (self.sort.as_str(), false),
        };
        Sorting::ALL
            .into_iter()
            .find(|sorting| sorting.code() == word)
            .map_or(
                (Sorting::Due, register.shows == Shows::Everything),
                |sorting| (sorting, down),
            )
    }

    /// What the address asks for, in this municipality or in all.
    #[must_use]
    pub fn wanted(&self, register: Register, tenant: Option<TenantId>) -> Wanted {
        let (sorting, down) = self.sorting(register);
        let list = match register.shows {
            Shows::Queue => Some(self.list(register)),
            Shows::Work => (self.tab != ALL_TABS).then(|| self.list(register)),
            Shows::Everything => None,
        };
        let mut wanted = Wanted {
            list,
            tenant,
            organisation: self.organisation.parse().ok(),
            status: Status::from_code(&self.state).filter(|status| status.is_submitted()),
            term: self.term(),
            period: self.period.parse().ok().filter(|_| !register.is_queue()),
            category: Category::from_code(&self.category),
            form: Form::from_code(&self.form),
            gap: self.gap().filter(|_| !register.is_queue()),
            since: day(&self.since),
            until: day(&self.until),
            took: self
                .took
                .parse()
                .ok()
                .filter(|days| (0..10_000).contains(days)),
            reason: match self.reason.as_str() {
                "" => None,
                OWN_WORDS => Some(String::new()),
                code => Some(code.to_owned()),
            },
            expert: self.expert.parse().ok(),
            search: self.q.clone(),
            order: sorting.order(),
            down,
        };
        // What waits is asked for unsaid, unless something else says which status is meant; a queue
        // has nothing else.
        let unsaid = self.state.is_empty() && wanted.implied().is_none();
        if register.is_queue() || (register.shows == Shows::Work && unsaid) {
            wanted.status = Some(Status::UnderReview);
        }
        wanted
    }

    fn term(&self) -> Option<Term> {
        match self.term.as_str() {
            "overdue" => Some(Term::Overdue),
            "ending" => Some(Term::Ending),
            "pressing" => Some(Term::Pressing),
            _ => None,
        }
    }

    fn gap(&self) -> Option<Gap> {
        match self.gap.as_str() {
            "period" => Some(Gap::Period),
            "experts" => Some(Gap::Experts),
            _ => None,
        }
    }

    /// The filters and the order by their words, without search, page and format.
    fn pairs(&self) -> [(&'static str, &str); 15] {
        [
            ("tab", &self.tab),
            ("municipality", &self.municipality),
            ("organisation", &self.organisation),
            ("state", &self.state),
            ("term", &self.term),
            ("period", &self.period),
            ("category", &self.category),
            ("form", &self.form),
            ("gap", &self.gap),
            ("since", &self.since),
            ("until", &self.until),
            ("took", &self.took),
            ("reason", &self.reason),
            ("expert", &self.expert),
            ("sort", &self.sort),
        ]
    }

    /// The address of this list with search, and one pair more.
    #[must_use]
    pub fn address(&self, register: Register, more: (&str, &str)) -> String {
        let mut pairs = self.pairs().to_vec();
        pairs.push(("q", &self.q));
        pairs.push(more);
        address(register.path, &pairs)
    }

    /// The address of its tab with no filter.
    #[must_use]
    pub fn without_filters(&self, register: Register) -> String {
        address(register.path, &[("tab", &self.tab)])
    }

    /// The link of a column's header, and the way it is sorted now. A number is looked for among
    /// the newest first.
    #[must_use]
    pub fn sort_by(&self, register: Register, column: Sorting) -> (String, Option<Direction>) {
        let (sorting, down) = self.sorting(register);
        let now = (sorting == column).then_some(down);
        let down = now.map_or(column == Sorting::Number, |down| !down);
        let sort = format!("{}{}", if down { "-" } else { "" }, column.code());
        let sorted = Self {
            sort,
            ..self.clone()
        };
        let direction = now.map(|down| match down {
            true => Direction::Descending,
            false => Direction::Ascending,
        });
        (sorted.address(register, ("", "")), direction)
    }
}

fn day(typed: &str) -> Option<NaiveDate> {
    text::parse(typed).ok()
}

/// How many rows a list has.
pub fn count(listed: &Listed) -> Markup {
    html! { p { (found(listed.count, listed.at_least)) "." } }
}

/// «Найдено: 41», «Найдено: 1000+», «Найдено: не меньше 3».
fn found(count: i64, at_least: bool) -> String {
    let most = u64::try_from(app::lists::COUNTED).unwrap_or_default();
    let n = u64::try_from(count).unwrap_or_default();
    if at_least && n <= most {
        format!("Найдено: не меньше {n}")
    } else {
        format!("Найдено: {}", ru::count_capped(n, most))
    }
}

/// The link to what follows, with a word where the page ends before it is full.
pub fn further(asking: &Asking, register: Register, listed: &Listed) -> Markup {
    let next = listed.next.map(|id| id.to_string());
    let next = next.map(|id| asking.address(register, ("after", &id)));
    html! {
        @if listed.stopped {
            p {
                "Просмотрена часть списка. Чтобы искать дальше, откройте следующую страницу или уточните фильтры."
            }
        }
        (ui::pagination(Pagination { previous: None, next: next.as_deref() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MUNICIPAL: Register = Register {
        path: "/municipal/applications",
        shows: Shows::Work,
    };
    const REGION: Register = Register {
        path: "/operator/applications",
        shows: Shows::Everything,
    };
    const QUEUE: Register = Register {
        path: "/operator/queue",
        shows: Shows::Queue,
    };

    fn asked(query: &str) -> Asking {
        serde_html_form::from_str(query).unwrap()
    }

    #[test]
    fn a_coordinators_list_begins_with_what_waits() {
        let status = |query| asked(query).wanted(MUNICIPAL, None).status;
        assert_eq!(status(""), Some(Status::UnderReview));
        assert_eq!(status("state=nonsense"), None);
        assert_eq!(status("state=all"), None);
        assert_eq!(status("state=draft"), None);
        assert_eq!(status("state=rejected"), Some(Status::Rejected));
        assert_eq!(status("gap=period"), None);
        assert_eq!(asked("").wanted(REGION, None).status, None);
    }

    #[test]
    fn a_queue_has_nothing_but_what_waits() {
        for (query, list) in [
            ("", WorkList::Simplified),
            ("tab=simplified", WorkList::Simplified),
            ("tab=industry", WorkList::Industry),
            ("tab=all&state=decided", WorkList::Simplified),
            ("gap=period&state=all", WorkList::Simplified),
        ] {
            let wanted = asked(query).wanted(QUEUE, None);
            assert_eq!(wanted.list, Some(list), "{query}");
            assert_eq!(wanted.status, Some(Status::UnderReview), "{query}");
            assert_eq!((wanted.order, wanted.down), (Order::Due, false), "{query}");
        }
    }

    #[test]
    fn nonsense_narrows_nothing() {
        let wanted = asked("term=x&took=-1&since=вчера&category=x&gap=1&period=1&sort=-x");
        let wanted = wanted.wanted(REGION, None);
        assert!(wanted.term.is_none() && wanted.took.is_none() && wanted.since.is_none());
        assert!(wanted.category.is_none() && wanted.gap.is_none() && wanted.period.is_none());
        assert_eq!((wanted.order, wanted.down), (Order::Due, true));
    }

    #[test]
    fn a_header_turns_the_order_and_keeps_the_filters() {
        let asking = asked("state=all&sort=name&after=x&q=а");
        let (href, now) = asking.sort_by(MUNICIPAL, Sorting::Name);
        assert_eq!(
            href,
            "/municipal/applications?state=all&sort=-name&q=%D0%B0"
        );
        assert_eq!(now, Some(Direction::Ascending));
        let (href, now) = asking.sort_by(MUNICIPAL, Sorting::Number);
        assert_eq!(
            href,
            "/municipal/applications?state=all&sort=-number&q=%D0%B0"
        );
        assert_eq!(now, None);
        let (_, now) = asked("").sort_by(REGION, Sorting::Due);
        assert_eq!(now, Some(Direction::Descending));
    }

    #[test]
    fn counts_say_what_they_know() {
        assert_eq!(found(41, false), "Найдено: 41");
        assert_eq!(found(1001, false), "Найдено: 1000+");
        assert_eq!(found(1001, true), "Найдено: 1000+");
        assert_eq!(found(3, true), "Найдено: не меньше 3");
    }
}
