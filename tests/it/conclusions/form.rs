//! The form on screen: what a draft keeps, what its faults and labels name, and a paper that failed
//! (R-CON-1).

use super::*;

/// A draft keeps the ticks «Подписано», too; under a new text nobody has signed yet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_con_1_a_draft_keeps_who_has_signed() {
    let scene = Scene::new().await;
    let site = scene.world.serve().await;
    let path = scene.path();
    let one = site.browser_of(&scene.experts[0]).await;
    let mut form = page(&one, &path).await.form(FORM);
    form.set("mark1", "proved");
    form.set("mark2", "proved");
    form.set("verdict", "meets");
    form.set("signed1", "yes");
    let saved = one.send(&draft(form), &[]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.told());
    let two = site.browser_of(&scene.experts[1]).await;
    let form = page(&two, &path).await.form(FORM);
    assert_eq!(value(&form, "signed1"), "yes");
    assert_eq!(value(&form, "signed2"), "");
    let formed = two.send(&form, &[]).await;
    assert_eq!(formed.status, StatusCode::SEE_OTHER, "{}", formed.told());
    assert_eq!(scene.unsigned().await, [Signer::Expert2, Signer::Teacher]);
}

/// Where many criteria are left open, each link of the summary says which it leads to, and so does
/// the label of the words beside it to whoever hears the page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_con_1_each_criterion_is_named_where_it_is_asked_for() {
    let scene = Scene::new().await;
    let site = scene.world.serve().await;
    let browser = site.browser_of(&scene.experts[0]).await;
    let shown = page(&browser, &scene.path()).await;
    for criterion in ["критерий первый", "критерий второй"] {
        let label =
            format!("чего не хватает<span class=\"govuk-visually-hidden\">: {criterion}</span>");
        assert!(says(&shown, &label), "{label}: {}", shown.body);
    }
    let refused = browser.send(&shown.form(FORM), &[]).await;
    let told = refused.errors();
    let each: std::collections::BTreeSet<&String> = told.iter().collect();
    assert_eq!((told.len(), each.len()), (3, 3), "{told:?}");
}

/// A paper that failed for good is told, once: the page waits no longer and the form is there to make
/// it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_con_1_a_paper_that_failed_is_told_and_can_be_made_again() {
    let scene = Scene::new().await;
    let site = scene.world.serve().await;
    let path = scene.path();
    let browser = site.browser_of(&scene.experts[0]).await;
    let mut form = page(&browser, &path).await.form(FORM);
    for (name, value) in [
        ("mark1", "proved"),
        ("mark2", "proved"),
        ("verdict", "meets"),
    ] {
        form.set(name, value);
    }
    let formed = browser.send(&form, &[]).await;
    assert_eq!(formed.status, StatusCode::SEE_OTHER, "{}", formed.told());
    // «Готово» and «Документ готовится…» are not told at once.
    let waiting = page(&browser, &path).await;
    assert!(says(&waiting, "Документ готовится…"), "{}", waiting.body);
    assert!(!says(&waiting, "Готово"), "{}", waiting.body);
    let mut sql = scene.world.superuser().await;
    sql.script("UPDATE app.job SET state = 'failed' WHERE kind = 'conclusion_pdf'")
        .await;
    let failed = page(&browser, &path).await;
    assert!(says(&failed, "Документ не получился."), "{}", failed.body);
    assert!(!says(&failed, "Документ готовится…"), "{}", failed.body);
    let again = browser.send(&failed.form(FORM), &[]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.told());
    let states: Vec<String> = sql
        .list("SELECT object_id || ' ' || state FROM app.job WHERE kind = 'conclusion_pdf' ORDER BY id")
        .await;
    assert_eq!(states, ["1 failed", "2 queued"]);
    let waiting = page(&browser, &path).await;
    assert!(says(&waiting, "Документ готовится…"), "{}", waiting.body);
}
