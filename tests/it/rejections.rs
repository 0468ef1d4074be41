//! Rejections over HTTP (R-APP-6): what a registrar points at is told to the teacher in that very
//! place, until the next application is submitted.

use reqwest::StatusCode;
use tests::World;

const REJECT: &str = "Отклонить заявление";

#[tokio::test]
async fn r_app_6_a_remark_stands_where_it_is_to_be_mended() {
    let world = World::shared().await;
    let town = world.town().await;
    let (teacher, coordinator) = (town.teacher().await, town.coordinator().await);
    let application = town.applied(&teacher).await;
    let site = world.serve().await;
    let (desk, cabinet) = (
        site.browser_of(&coordinator).await,
        site.browser_of(&teacher).await,
    );
    let case = format!("/municipal/applications/{}", application.public_id);

    // What is pointed at without words, or in nothing of this application, is not taken.
    let page = desk.get(&format!("{case}/reject")).await;
    let mut form = page.form(REJECT);
    let file = documents(&page.body);
    set(&mut form.fields, "reason", &["fio"]);
    set(&mut form.fields, "place", &["held", &file, "choice"]);
    set(&mut form.fields, "page", &["", "2", ""]);
    set(
        &mut form.fields,
        "remark",
        &["", "нет печати школы", "выберите высшую"],
    );
    let refused = desk.send(&form, &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("Напишите, что исправить"),
        "{}",
        refused.told()
    );
    assert!(
        refused.body.contains("нет печати школы"),
        "{}",
        refused.told()
    );

    set(
        &mut form.fields,
        "remark",
        &[
            "номер приказа не тот",
            "нет печати школы",
            "выберите высшую",
        ],
    );
    let done = desk.send(&form, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.told());
    assert!(desk.get(&case).await.body.contains("номер приказа не тот"));

    let seen = async |path: &str| cabinet.get(path).await.body;
    for told in [
        "номер приказа не тот",
        "страница 2: нет печати школы",
        "выберите высшую",
    ] {
        assert!(seen("/teacher").await.contains(told), "{told}");
    }
    let card = seen("/teacher/card").await;
    assert!(card.contains("номер приказа не тот") && !card.contains("нет печати"));
    assert!(
        seen("/teacher/application/documents")
            .await
            .contains("нет печати школы")
    );
    let form = seen("/teacher/application/form").await;
    assert!(form.contains("выберите высшую") && !form.contains("номер приказа"));
}

/// The first document offered on the form.
fn documents(body: &str) -> String {
    let documents = body.split("label=\"Документы\"").nth(1).unwrap();
    let value = documents.split("value=\"").nth(1).unwrap();
    value.split('"').next().unwrap().to_owned()
}

fn set(fields: &mut Vec<(String, String)>, name: &str, values: &[&str]) {
    fields.retain(|(known, _)| known != name);
    fields.extend(
        values
            .iter()
            .map(|value| (name.to_owned(), (*value).to_owned())),
    );
}
