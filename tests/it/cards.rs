//! Cards over HTTP: what a person once filled in is not asked for, or guessed, again.

use tests::World;

/// A person's own correction of a form of its name is kept, on a card for a second post, too.
#[tokio::test]
async fn the_forms_of_the_name_a_person_corrected_come_along_to_its_next_card() {
    let world = World::shared().await;
    let town = world.town().await;
    let teacher = town.teacher().await;
    town.card(&teacher).await;
    let site = world.serve().await;
    let browser = site.browser_of(&teacher).await;

    let card = browser.get("/teacher/card").await;
    let corrected = [("Отчество (в дательном падеже)", "Сергеевне-Марии")];
    let saved = browser.submit(&card, "Сохранить", &corrected).await;
    assert!(saved.status.is_redirection(), "{}", saved.told());

    let further = browser.get("/teacher/cards").await;
    let workplace = further.form("Добавить должность");
    let organisation = workplace
        .fields
        .iter()
        .find(|(name, _)| name == "organisation");
    let organisation = organisation
        .map(|(_, value)| value.clone())
        .unwrap_or_default();
    let post = [
        (
            "Место работы (образовательная организация)",
            organisation.as_str(),
        ),
        ("Должность", "metodist"),
    ];
    let added = browser.submit(&further, "Добавить должность", &post).await;
    assert!(added.status.is_redirection(), "{}", added.told());
    let next = browser.follow(added).await;
    assert!(
        next.body.contains("value=\"Сергеевне-Марии\""),
        "{}",
        next.told()
    );
}
