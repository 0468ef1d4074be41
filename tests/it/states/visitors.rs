//! Who presses: everybody around a case, each at a browser of its own.

use domain::{
    life::{Case, PeriodMark, Status},
    permission::{ApplicationFacts, Relations},
    role::Role,
};
use tests::{Browser, Person, Site, World};

use super::put::Ground;

/// Somebody at a browser, and how it stands to the case.
pub struct Visitor {
    pub name: &'static str,
    pub person: Person,
    pub browser: Browser,
    pub token: String,
    /// Whether row-level security shows it a case of this status.
    pub sees: fn(Status) -> bool,
    assigned: bool,
    /// Asked in every state; the others, whom no state concerns, in some.
    pub close: bool,
}

impl Visitor {
    async fn enter(
        site: &Site,
        name: &'static str,
        person: Person,
        sees: fn(Status) -> bool,
    ) -> Self {
        let browser = site.browser_of(&person).await;
        let token = token(&browser, person.role).await;
        Self {
            name,
            person,
            browser,
            token,
            sees,
            assigned: false,
            close: true,
        }
    }

    /// How it stands to the case.
    pub fn relations(&self, ground: &Ground, case: &Case, author: Option<i64>) -> Relations {
        let facts = ApplicationFacts {
            tenant: ground.town.id,
            account: ground.teacher.account.0,
            organisation: ground.teacher.organisation,
            route: case.route,
            period_approved: case.period == PeriodMark::Approved,
            assigned: self.assigned,
            author,
        };
        facts.relations(&self.person)
    }
}

async fn token(browser: &Browser, role: Role) -> String {
    let page = browser.get(role.home()).await;
    let fields = page.forms().into_iter().flat_map(|form| form.fields);
    let mut tokens = fields.filter(|(name, _)| name == "_csrf");
    tokens
        .next()
        .unwrap_or_else(|| panic!("no form: {}", page.told()))
        .1
}

const ALWAYS: fn(Status) -> bool = |_| true;
const NEVER: fn(Status) -> bool = |_| false;
const SUBMITTED: fn(Status) -> bool = |status| !matches!(status, Status::Draft | Status::Formed);

/// Everybody who may have to do with the case, and who may not.
pub async fn visitors(site: &Site, world: &World, ground: &Ground) -> Vec<Visitor> {
    let (town, elsewhere) = (&ground.town, world.town().await);
    let other = town.organisation("municipal").await;
    let enter = async |name, person, sees| Visitor::enter(site, name, person, sees).await;
    let mut all = vec![
        enter("the teacher", ground.teacher.clone(), ALWAYS).await,
        enter("its school", ground.school.clone(), SUBMITTED).await,
        enter("its coordinator", town.coordinator().await, SUBMITTED).await,
        enter("the operator", world.operator().await, SUBMITTED).await,
    ];
    let mut expert = enter("the expert", ground.expert.clone(), SUBMITTED).await;
    expert.assigned = true;
    all.push(expert);
    // The teacher in another of its cabinets: it is nothing but the applicant there (R-ROUTE-6).
    let own = town.also(&ground.teacher, Role::Municipal, None).await;
    let mut itself = in_cabinet(site, "the teacher as a coordinator", own, SUBMITTED).await;
    itself.close = false;
    all.push(itself);
    for (name, person) in [
        ("another school", town.school(other).await),
        (
            "another municipality's coordinator",
            elsewhere.coordinator().await,
        ),
        ("another expert", town.expert().await),
        ("the administrator", world.admin().await),
    ] {
        let mut stranger = enter(name, person, NEVER).await;
        stranger.close = false;
        all.push(stranger);
    }
    all
}

/// Signs somebody in who has several cabinets, and chooses this one.
async fn in_cabinet(
    site: &Site,
    name: &'static str,
    person: Person,
    sees: fn(Status) -> bool,
) -> Visitor {
    person.ready_to_sign_in().await;
    let browser = site.browser();
    let login = browser.get("/login").await;
    let typed = [
        ("Имя пользователя", person.login.as_str()),
        ("Пароль", tests::world::PASSWORD),
    ];
    let entered = browser.submit(&login, "Войти", &typed).await;
    let choose = browser.follow(entered).await;
    let forms = choose.forms();
    let of_role = forms
        .iter()
        .find(|form| {
            form.buttons
                .iter()
                .any(|button| button.starts_with(person.role.name()))
        })
        .unwrap_or_else(|| panic!("no such cabinet: {}", choose.told()));
    let page = browser.post(&of_role.action, &of_role.fields).await;
    let home = browser.follow(page).await;
    assert_eq!(home.path, person.role.home(), "{}", home.told());
    let token = token(&browser, person.role).await;
    Visitor {
        name,
        person,
        browser,
        token,
        sees,
        assigned: false,
        close: true,
    }
}
