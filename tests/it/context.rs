//! SEC-08: work that belongs to a municipality and finds itself without one fails. Row-level
//! security would answer with no rows, and «nothing to do» would pass for success.

use app::print::Job;
use db::{
    Error,
    work::{self, mail, print},
};
use tests::World;

/// Everything the worker is asked for: jobs of both kinds, letters of cases and invitations.
async fn asked(world: &World) {
    let town = world.town().await;
    let coordinator = town.coordinator().await;
    // Printing an application: by the verb that forms it; of a withdrawal: by its own.
    town.ready(&town.teacher().await).await;
    let teacher = town.teacher().await;
    let application = town.submitted(&teacher).await;
    let version = application.version(&town).await;
    let app = world.app();
    app.form_withdrawal(
        &teacher,
        application.public_id,
        version,
        "Ошибка в отчестве",
    )
    .await
    .unwrap();
    town.registered(&town.teacher().await, &coordinator).await;
    let invite = app::invitations::Invite {
        emails: "expert@example.test".to_owned(),
        role: "expert".to_owned(),
        ..app::invitations::Invite::default()
    };
    app.invite(&coordinator, &invite).await.unwrap();
}

fn is_no_tenant<T: std::fmt::Debug>(outcome: &app::Result<T>) -> bool {
    format!("{outcome:?}").contains("NoTenant")
}

#[tokio::test]
async fn sec_08_a_job_without_its_municipality_fails() {
    let world = World::own().await;
    asked(&world).await;
    let mut superuser = world.superuser().await;
    // The setter stubbed out: whatever was set, the policies read no municipality.
    superuser
        .script(
            "CREATE OR REPLACE FUNCTION app.ctx_tenant() RETURNS int LANGUAGE sql STABLE PARALLEL SAFE \
             AS 'SELECT NULL::int'",
        )
        .await;
    let app = world.app();
    let mut kinds = Vec::new();
    while let Some(job) = app.claim_job().await.unwrap() {
        let outcome = app.gather(&job).await;
        assert!(is_no_tenant(&outcome), "{:?}: {outcome:?}", job.kind);
        let kept = app
            .keep_print(&job, "бумага.pdf", 0, "%PDF-1.7\n".into())
            .await;
        assert!(is_no_tenant(&kept), "{:?}: {kept:?}", job.kind);
        kinds.push(job.kind.code().to_owned());
    }
    kinds.sort();
    let known: Vec<String> = superuser
        .list("SELECT DISTINCT kind FROM app.job ORDER BY 1")
        .await;
    assert_eq!(kinds, known, "each kind of job was asked for once");
    assert_eq!(kinds, ["application_pdf", "withdrawal_pdf"]);
    let mut letters = 0;
    while let Some(letter) = app.claim_letter().await.unwrap() {
        let composed = app.compose(&letter, "http://example.test").await;
        let (composed, sent) = (composed.map(drop), app.letter_sent(&letter).await);
        let of_case = letter.tenant.is_some();
        assert_eq!(is_no_tenant(&composed), of_case, "{:?}", letter.kind);
        assert_eq!(is_no_tenant(&sent), of_case, "{:?}", letter.kind);
        letters += u32::from(of_case);
    }
    println!("SEC-08: jobs {kinds:?}, {letters} letters of municipalities");
    assert!(letters >= 2, "{letters}");
    let closed: i64 = superuser
        .value("SELECT (SELECT count(*) FROM app.job WHERE state <> 'queued') + (SELECT count(*) FROM app.letter WHERE state <> 'queued')")
        .await
        .unwrap();
    assert_eq!(closed, 0, "nothing passes for done");
}

/// The same one layer below: what reads or writes inside a municipality refuses to do it in a
/// scope that was opened without one.
#[tokio::test]
async fn sec_08_a_scope_without_a_municipality_gives_no_empty_answers() {
    let world = World::own().await;
    asked(&world).await;
    let job: Job = world.app().claim_job().await.unwrap().unwrap();
    let id = job.application;
    let mut tx = world.db().enter_worker(None).await.unwrap();
    let printed = print::Printed {
        key: "t/x",
        name: "x.pdf",
        size: 1,
        sha256: &[0],
        template_version: 0,
    };
    let outcomes = [
        ("paper", print::paper(&mut tx, id).await.err()),
        ("results", print::results(&mut tx, id).await.err()),
        ("withdrawal", print::withdrawal(&mut tx, id, 1).await.err()),
        ("is_printed", print::is_printed(&mut tx, &job).await.err()),
        ("keep", print::keep(&mut tx, &job, &printed).await.err()),
        ("still", work::still(&mut tx, &job).await.err()),
        ("invitation", mail::invitation(&mut tx, 1).await.err()),
        ("coordinator", mail::coordinator(&mut tx, 1, 0).await.err()),
        ("case", mail::case(&mut tx, id, 1).await.err()),
    ];
    for (what, outcome) in outcomes {
        assert!(
            matches!(outcome, Some(Error::NoTenant)),
            "{what}: {outcome:?}"
        );
    }
    assert_eq!(Error::NoTenant.to_string(), "no tenant context");
}

/// A piece of work that takes the worker down at each try was claimed for ever: letters stopped with it.
#[tokio::test]
async fn what_takes_the_worker_down_at_each_try_is_given_up() {
    let world = World::own().await;
    asked(&world).await;
    let mut sql = world.superuser().await;
    let mut tries = 0;
    while world.app().claim_job().await.unwrap().is_some() {
        // Killed, and claimed again after its lease.
        sql.script("UPDATE app.job SET run_after = now()").await;
        tries += 1;
        assert!(tries < 50, "claimed for ever");
    }
    assert!(tries > 1, "a try is no verdict");
    let open = sql.value("SELECT count(*) FROM app.job WHERE state <> 'failed'");
    assert_eq!(open.await, Ok(0_i64));
}
