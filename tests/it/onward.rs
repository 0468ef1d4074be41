//! Where people are led on: after signing in anew, over redirects, from a page of an error.

use app::invitations::Invite;
use reqwest::{Method, StatusCode};
use tests::World;

/// What a form sends has no page of its own: sign-in led to one that is not found.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_sent_after_the_session_ended_leads_back_to_its_page() {
    let world = World::shared().await;
    let site = world.serve().await;
    let guest = site.browser();
    let page = format!("{}/teacher/application/documents?card=1", guest.base());
    for (referer, on) in [
        (
            page.as_str(),
            "/login?next=%2Fteacher%2Fapplication%2Fdocuments%3Fcard%3D1",
        ),
        ("https://evil.example//evil.example", "/login"),
        ("", "/login"),
    ] {
        let sent = guest.request(Method::POST, "/teacher/application/documents/detach");
        let answer = sent.header("referer", referer).form(&[("card", "1")]);
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{referer}");
        assert_eq!(answer.headers()["location"], on, "{referer}");
    }
    // A page whose address is a token tells no browser where its form stood.
    let accepted = guest.post("/invitation/token/accept", &[]).await;
    let on = "/login?next=%2Finvitation%2Ftoken";
    assert_eq!(
        accepted.location.as_deref(),
        Some(on),
        "{}",
        accepted.told()
    );
}

/// What was to be told was gone with the first redirect.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_is_told_on_the_page_the_redirects_end_at() {
    let world = World::own().await;
    let site = world.serve().await;
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    let invite = Invite {
        emails: "expert@example.test".to_owned(),
        role: "expert".to_owned(),
        ..Invite::default()
    };
    world.app().invite(&coordinator, &invite).await.unwrap();
    let link = format!("/invitation/{}", world.invitation_token(&town).await);
    let teacher = world.town().await.teacher().await;
    let browser = site.browser_of(&teacher).await;
    // Who is signed in is led from sign-in to the invitation, not past it.
    let login = browser.get(&format!("/login?next={link}")).await;
    assert_eq!(login.location.as_deref(), Some(link.as_str()));
    let page = browser.get(&link).await;
    let accepted = browser.submit(&page, "Принять приглашение", &[]).await;
    assert_eq!(
        accepted.status,
        StatusCode::SEE_OTHER,
        "{}",
        accepted.told()
    );
    let told = browser.follow(accepted).await;
    assert!(told.body.contains("Приглашение принято"), "{}", told.told());
    let again = browser.get(&told.path).await;
    assert!(!again.body.contains("Приглашение принято"), "once");
}

/// A fault led everybody to the page for guests.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_leads_to_the_own_cabinet_and_back_to_the_form() {
    let world = World::shared().await;
    let site = world.serve().await;
    let teacher = world.town().await.teacher().await;
    let browser = site.browser_of(&teacher).await;
    let home = "href=\"/teacher\">На главную</a>";
    let missing = browser.get("/teacher/nowhere").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(missing.body.contains(home), "{}", missing.body);
    assert!(
        !missing.body.contains("Вернуться назад"),
        "there is no form"
    );
    let sent = browser.request(Method::POST, "/operator/orders");
    let referer = format!("{}/teacher/card?edit=1", browser.base());
    let refused = sent.header("referer", referer).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let body = refused.text().await.unwrap();
    assert!(body.contains(home), "{body}");
    assert!(
        body.contains("href=\"/teacher/card?edit=1\">Вернуться назад</a>"),
        "{body}"
    );
}
