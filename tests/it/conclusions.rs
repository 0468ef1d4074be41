//! The conclusion filled in on screen and printed by the worker, and the three signatures under it
//! as facts of their own (R-CON-1).

mod form;

use app::print::Print;
use domain::{
    conclusion::{Mark, Signer, Verdict},
    letter::LetterKind,
};
use reqwest::StatusCode;
use tests::{Application, Browser, Form, Page, Person, Town, World, received};

const FORM: &str = "Сформировать заключение";

fn says(page: &Page, words: &str) -> bool {
    page.body.contains(words)
}

struct Scene {
    world: World,
    town: Town,
    teacher: Person,
    experts: [Person; 2],
    application: Application,
}

impl Scene {
    async fn new() -> Self {
        let world = World::own().await;
        world
            .superuser()
            .await
            .script(
                "INSERT INTO app.ref_criterion (code, category, name, ordinal) VALUES
                   ('t1', 'first', 'критерий первый', 1001), ('t2', 'first', 'критерий второй', 1002)
                 ON CONFLICT DO NOTHING;
                 UPDATE app.ref_criterion SET retired_at = now() WHERE category = 'first' AND code NOT IN ('t1', 't2')",
            )
            .await;
        let town = world.town().await;
        let teacher = town.teacher().await;
        let experts = [town.expert().await, town.expert().await];
        let application = town.concludable(&teacher, [&experts[0], &experts[1]]).await;
        Self {
            world,
            town,
            teacher,
            experts,
            application,
        }
    }

    fn path(&self) -> String {
        format!(
            "/expert/applications/{}/conclusion",
            self.application.public_id
        )
    }

    async fn version(&self) -> i32 {
        let query = format!(
            "SELECT coalesce((SELECT version FROM app.conclusion WHERE application_id = {}), 0)",
            self.application.id
        );
        self.world.superuser().await.value(&query).await.unwrap()
    }

    async fn place(&self) -> String {
        let query = format!(
            "SELECT coalesce((SELECT place FROM app.conclusion WHERE application_id = {}), 'none')",
            self.application.id
        );
        self.world.superuser().await.value(&query).await.unwrap()
    }

    async fn unsigned(&self) -> Vec<Signer> {
        let id = self.application.public_id;
        let view = self
            .world
            .app()
            .conclusion(&self.experts[0], id)
            .await
            .unwrap();
        app::conclusions::unsigned(&view.conclusion.unwrap().signatures)
    }
}

async fn page(browser: &Browser, path: &str) -> Page {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    page
}

/// The form sent to where «Сохранить черновик» sends it.
fn draft(mut form: Form) -> Form {
    form.action = form.action.replace("/conclusion/form", "/conclusion/draft");
    form
}

fn value(form: &Form, name: &str) -> String {
    let field = form.fields.iter().find(|(known, _)| known == name);
    field.map(|(_, value)| value.clone()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_con_1_both_experts_write_one_draft_and_the_worker_prints_it() {
    let scene = Scene::new().await;
    let site = scene.world.serve().await;
    let (path, app) = (scene.path(), scene.world.app());
    let one = site.browser_of(&scene.experts[0]).await;
    let two = site.browser_of(&scene.experts[1]).await;

    let shown = page(&one, &path).await;
    assert_eq!(shown.heading(), "Итоговое заключение");
    assert!(
        says(&shown, "критерий первый") && says(&shown, "критерий второй"),
        "{}",
        shown.body
    );
    let mut seen_by_two = page(&two, &path).await.form(FORM);
    let mut form = shown.form(FORM);
    form.set("mark1", "proved");
    form.set("words1", "три доклада");
    let saved = one.send(&draft(form), &[]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.told());
    assert_eq!(scene.place().await, "none", "a draft goes nowhere");
    // The other saw the form before that: what the first wrote is not lost, nor is its own (SEC-70).
    seen_by_two.set("words2", "открытый урок");
    let late = two.send(&draft(seen_by_two), &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.told());
    assert_eq!(value(&late.form(FORM), "words2"), "открытый урок");
    assert!(
        says(&late, "Сейчас сохранено: три доклада"),
        "{}",
        late.told()
    );
    let mut form = page(&two, &path).await.form(FORM);
    assert_eq!(
        (value(&form, "mark1"), value(&form, "words1")),
        ("proved".to_owned(), "три доклада".to_owned())
    );

    let refused = two.send(&form, &[]).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.told()
    );
    assert_eq!(
        refused.errors(),
        ["Выберите отметку: критерий второй", "Выберите вывод"]
    );
    assert_eq!(
        value(&refused.form(FORM), "words1"),
        "три доклада",
        "what was typed stays"
    );
    form.set("mark2", "unproved");
    form.set("verdict", "meets");
    form.set("recommendations", "Обобщить опыт");
    form.set("signed2", "yes");
    let formed = two.send(&form.clone().anew(), &[]).await;
    assert_eq!(formed.status, StatusCode::SEE_OTHER, "{}", formed.told());
    assert_eq!(scene.place().await, "at_teacher");
    assert_eq!(scene.unsigned().await, [Signer::Expert1, Signer::Teacher]);
    let waiting = page(&two, &path).await;
    assert!(says(&waiting, "Документ готовится…"), "{}", waiting.body);
    let again = two.send(&form.anew(), &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.told());

    // The worker prints what was formed, once.
    let mut printed = 0;
    while let Some(job) = app.claim_job().await.unwrap() {
        let gathered = app.gather(&job).await.unwrap();
        let Some(Print::Conclusion(print)) = gathered.map(|gathered| gathered.print) else {
            continue;
        };
        let marks: Vec<_> = print
            .form
            .marks
            .iter()
            .map(|judged| {
                (
                    judged.criterion.as_str(),
                    judged.mark,
                    judged.words.as_str(),
                )
            })
            .collect();
        assert_eq!(
            marks,
            [
                ("критерий первый", Some(Mark::Proved), "три доклада"),
                ("критерий второй", Some(Mark::Unproved), ""),
            ]
        );
        assert_eq!(print.form.verdict, Some(Verdict::Meets));
        assert_eq!(print.form.recommendations, "Обобщить опыт");
        let experts = print.experts.map(|expert| expert.unwrap().name);
        assert_eq!(experts, ["Эксперт 1", "Эксперт 2"]);
        app.keep_print(&job, "Итоговое заключение.pdf", 0, "%PDF-1.7\n".into())
            .await
            .unwrap();
        printed += 1;
    }
    assert_eq!(printed, 1);
    let teacher = site.browser_of(&scene.teacher).await;
    let received = page(&teacher, "/teacher/conclusion").await;
    for words in [
        "Получено итоговое заключение",
        "✔ специалист 2",
        "○ специалист 1",
    ] {
        assert!(says(&received, words), "{words}: {}", received.body);
    }
    let file = received
        .links()
        .into_iter()
        .find(|link| link.starts_with("/documents/"))
        .unwrap();
    let opened = teacher.get(&file).await;
    assert_eq!(
        (opened.status, opened.body.as_str()),
        (StatusCode::OK, "%PDF-1.7\n")
    );
    let letters: i64 = scene
        .world
        .superuser()
        .await
        .value(&format!(
            "SELECT count(*) FROM app.letter WHERE kind = '{}'",
            LetterKind::ConclusionReceived.code()
        ))
        .await
        .unwrap();
    assert_eq!(letters, 2, "the teacher and the other expert");
    // Formed anew while the teacher has not signed: what stood there is the beginning.
    let mut anew = page(&one, &path).await.form(FORM);
    assert_eq!(value(&anew, "words1"), "три доклада");
    anew.set("verdict", "fails");
    let formed = one.send(&anew, &[]).await;
    assert_eq!(formed.status, StatusCode::SEE_OTHER, "{}", formed.told());
    assert_eq!(
        scene.unsigned().await,
        Signer::ALL,
        "a new text nobody has signed"
    );
    let texts: Vec<String> = scene
        .world
        .superuser()
        .await
        .list("SELECT edition || ' ' || verdict FROM app.conclusion_form ORDER BY id")
        .await;
    assert_eq!(texts, ["1 meets", "2 fails"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_con_1_three_signatures_are_three_facts() {
    let scene = Scene::new().await;
    let app = scene.world.app();
    let (id, [one, two]) = (scene.application.public_id, &scene.experts);
    let coordinator = scene.town.coordinator().await;
    app.upload_conclusion(one, id, 0, &[Signer::Expert1], received("а.pdf"))
        .await
        .unwrap();
    assert_eq!(scene.unsigned().await, [Signer::Expert2, Signer::Teacher]);
    app.replace_conclusion(
        two,
        id,
        scene.version().await,
        &[Signer::Expert2],
        received("б.pdf"),
    )
    .await
    .unwrap();
    assert_eq!(
        scene.unsigned().await,
        [Signer::Expert1, Signer::Teacher],
        "a new text"
    );
    app.note_refusal(one, id, scene.version().await, "не согласен")
        .await
        .unwrap();
    assert_eq!(scene.unsigned().await, [Signer::Expert1]);
    let site = scene.world.serve().await;
    let browser = site.browser_of(&coordinator).await;
    let case = page(&browser, &format!("/municipal/applications/{id}")).await;
    for words in [
        "✘ педагог — отказ: не согласен",
        "✔ специалист 2",
        "○ специалист 1",
    ] {
        assert!(says(&case, words), "{words}: {}", case.body);
    }
    // Back with the teacher its refusal counts no more; its scan is the text it was given.
    app.return_conclusion(
        &coordinator,
        id,
        scene.version().await,
        "teacher",
        "подпишите",
    )
    .await
    .unwrap();
    assert_eq!(scene.unsigned().await, [Signer::Expert1, Signer::Teacher]);
    app.sign_conclusion(&scene.teacher, id, scene.version().await, received("в.pdf"))
        .await
        .unwrap();
    assert_eq!(scene.unsigned().await, [Signer::Expert1]);
    // Who is missing is a warning and stops nobody.
    let list = page(&browser, "/municipal/conclusions").await;
    assert!(says(&list, "Нет подписи: специалист 1"), "{}", list.body);
    let passed = browser.submit(&list, "Передать в Центр", &[]).await;
    assert_eq!(passed.status, StatusCode::SEE_OTHER, "{}", passed.told());
    let told = browser.follow(passed).await;
    assert!(
        says(&told, "передано в Центр. Нет подписи: специалист 1"),
        "{}",
        told.body
    );
    assert_eq!(scene.place().await, "at_centre");
    // Signed on paper by all: three facts at once.
    let other = scene.town.teacher().await;
    let application = scene.town.concludable(&other, [one, two]).await;
    app.upload_signed_conclusion(one, application.public_id, 0, received("г.pdf"))
        .await
        .unwrap();
    assert_eq!(
        application
            .count(&scene.town, "conclusion_signature", "signed")
            .await,
        3
    );
}
