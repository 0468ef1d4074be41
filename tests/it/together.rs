//! Two cabinets of one person never add up (R-ACC-1): in each of them it gets what somebody
//! with that cabinet alone gets, whatever the other one opens (R-ACC-5, R-ACC-8, R-ROUTE-6).

use domain::role::Role;
use reqwest::StatusCode;
use tests::{Browser, Page, Person, World};
use uuid::Uuid;

use crate::{
    cabinets::{open, signed_in},
    pages::{object, with_bytes},
    routes::routes,
    seed::{Full, full},
};

/// Gives the person a cabinet in the other municipality, or in the institute, from which the
/// case there can be seen.
async fn gets_also(world: &World, person: &Person, role: Role, there: &Full) {
    let mut sql = world.superuser().await;
    if role.is_institute() {
        sql.script(&format!(
            "INSERT INTO app.institute_member (public_id, account_id, role, surname) \
             VALUES ('{}', {}, '{}', 'Центров')",
            Uuid::now_v7(),
            person.account.0,
            role.code()
        ))
        .await;
        return;
    }
    let organisation = there.teacher.organisation.filter(|_| role == Role::School);
    let second = there.town.also(person, role, organisation).await;
    if role == Role::Expert {
        sql.script(&format!(
            "UPDATE app.assignment SET expert_tenant_id = {0}, expert_membership_id = {1}, expert_account_id = {2}, \
               slot = 2 WHERE tenant_id = {0} AND closed_at IS NULL",
            there.town.id, second.membership, second.account.0
        ))
        .await;
    }
}

/// A new person of this role beside those of a municipality.
async fn somebody(world: &World, here: &Full, role: Role) -> (Person, String) {
    let organisation = here.teacher.organisation.unwrap();
    let town = &here.town;
    let person = match role {
        Role::Teacher => town.teacher_of(organisation).await,
        Role::School => town.school(organisation).await,
        Role::Municipal => town.coordinator().await,
        Role::Expert => town.expert().await,
        Role::Operator => world.operator().await,
        Role::Admin => world.admin().await,
    };
    let title = match role {
        Role::School => {
            let query = format!("SELECT name FROM app.organisation WHERE id = {organisation}");
            world.superuser().await.value(&query).await.unwrap()
        }
        Role::Operator | Role::Admin => "Центр аттестации".to_owned(),
        _ => town.name.clone(),
    };
    (person, title)
}

async fn token(browser: &Browser, home: &str) -> String {
    let forms = browser.get(home).await.forms();
    let mut fields = forms.into_iter().flat_map(|form| form.fields);
    fields.find(|(name, _)| name == "_csrf").unwrap().1
}

type Answer = (String, StatusCode, String, Option<String>);

/// What every address with an object of the other municipality answers in the cabinet in use.
async fn answers(
    browser: &Browser,
    role: Role,
    objects: &[(crate::routes::Route, String)],
) -> Vec<(Answer, Page)> {
    let token = token(browser, role.home()).await;
    let mut answers = Vec::new();
    for (route, path) in objects {
        for post in [false, true] {
            if (post && !route.post) || (!post && !route.get) {
                continue;
            }
            let page = if post {
                browser
                    .post(path, &[("_csrf".to_owned(), token.clone())])
                    .await
            } else {
                browser.get(path).await
            };
            let what = format!("{} {path}", if post { "POST" } else { "GET" });
            // Each printout that is asked for has an id of its own.
            let location = page.location.as_deref().map(|location| {
                let printout = location.starts_with("/printouts/");
                if printout { "/printouts" } else { location }.to_owned()
            });
            let answer = (what, page.status, page.heading(), location);
            answers.push((answer, page));
        }
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_cabinets_never_add_up() {
    let world = World::shared().await;
    let site = world.serve().await;
    let (mut faults, mut asked, mut pairs) = (Vec::new(), 0, 0);
    for other in Role::ALL {
        let (here, there) = (full(&world).await, full(&world).await);
        with_bytes(&world, &there).await;
        let marker = format!("{}@example.test", there.teacher.login);
        let mut objects = Vec::new();
        for route in routes()
            .into_iter()
            .filter(|route| route.path.contains("{id}"))
        {
            let path = route.with(&object(&world, &there, &route).await);
            objects.push((route, path));
        }
        for role in Role::ALL {
            // Two places in the institute are of the whole region: nothing is another's.
            if role.is_institute() && role == other {
                continue;
            }
            let (single, _) = somebody(&world, &here, role).await;
            let (double, title) = somebody(&world, &here, role).await;
            gets_also(&world, &double, other, &there).await;
            let alone = site.browser_of(&single).await;
            let both = signed_in(&site, &double).await;
            open(&both, role, &title).await;
            let expected = answers(&alone, role, &objects).await;
            let found = answers(&both, role, &objects).await;
            pairs += 1;
            for ((expected, _), (found, page)) in expected.iter().zip(&found) {
                asked += 1;
                if expected != found {
                    faults.push(format!(
                        "{role:?} with {other:?}: {found:?} for {expected:?}"
                    ));
                }
                if role != Role::Operator && page.body.contains(&marker) {
                    faults.push(format!(
                        "{role:?} with {other:?}: the other's address in {}",
                        page.told()
                    ));
                }
            }
            if role == Role::Municipal {
                // R-ACC-5: whose logins and addresses it may know follows the cabinet, too.
                let query = format!(
                    "SELECT account_id FROM app.people_logins('{{{}}}')",
                    there.teacher.account.0
                );
                let known: Vec<i64> = double.sql().await.list(&query).await;
                assert_eq!(known, [0_i64; 0], "with {other:?}");
            }
        }
    }
    println!("{pairs} pairs of cabinets, {asked} requests");
    assert!(pairs == 34 && asked > 1000, "{pairs} {asked}");
    assert!(faults.is_empty(), "{faults:#?}");
}
