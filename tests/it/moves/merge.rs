//! `ctl municipality merge`: everything live moves, what is final and the journal stay.

use db::transfers::{Merging, THESE, merge};
use domain::role::Role;
use reqwest::StatusCode;
use tests::{Login, Town, World};
use uuid::Uuid;

use super::{denied, hanging, tenant_of};
use crate::{
    exports::{exported, region},
    seed::full,
};

async fn merged(from: &Town, into: &Town, same_names: bool) -> db::Result<Option<String>> {
    let merging = Merging {
        from: from.slug.clone(),
        into: into.slug.clone(),
        same_names,
    };
    merge(&from.world().migrator_url(), &merging).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn merge_moves_what_is_live_and_leaves_what_is_final() {
    let world = World::own().await;
    let (old, new, third) = (full(&world).await, full(&world).await, world.town().await);
    let (from, into) = (&old.town, &new.town);
    // Under review, a draft and a final one besides the registered one of the seed.
    let (a, b) = (from.teacher().await, from.teacher().await);
    let open = from.submitted(&a).await;
    let last = from.submitted(&b).await;
    let rejected = last.update("status = 'rejected', rejection = 'по причине'");
    assert_eq!(old.coordinator.sql().await.run(&rejected).await, Ok(1));
    let begun = from.draft(&b).await;
    // An expert of the former one works in a third municipality too; a coordinator is in both.
    let abroad = third.submitted(&third.teacher().await).await;
    let twin = into.also(&old.coordinator, Role::Municipal, None).await;
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id, \
           expert_membership_id, expert_account_id, expert_name, assigned_by) \
         SELECT tenant_id, id, account_id, 1, {}, {}, {}, 'Эксперт', 1 FROM app.application WHERE id = {}",
        from.id, old.expert.membership, old.expert.account.0, abroad.id
    ))
    .await;
    let registered: i64 = sql
        .value(&format!(
            "SELECT id FROM app.application WHERE tenant_id = {} AND status = 'registered'",
            from.id
        ))
        .await
        .unwrap();
    let number = format!("SELECT registered_number FROM app.application WHERE id = {registered}");
    let numbered: i32 = sql.value(&number).await.unwrap();
    let before = hanging(&world, registered).await;
    let final_before = hanging(&world, last.id).await;

    let done = merged(from, into, false).await;
    assert!(matches!(done, Ok(None)), "{done:?}");
    let after = hanging(&world, registered).await;
    for ((table, tenant), rows) in &before {
        // The journal's lines stay; the number travels with the application.
        let stays = table == "registration";
        let now = after.get(&(table.clone(), if stays { *tenant } else { into.id }));
        assert_eq!(now, Some(rows), "{table}");
    }
    assert_eq!(sql.value::<i32>(&number).await, Ok(numbered));
    for id in [registered, open.id, begun.id] {
        assert_eq!(tenant_of(&world, "application", id).await, into.id);
    }
    assert_eq!(tenant_of(&world, "application", last.id).await, from.id);
    assert_eq!(hanging(&world, last.id).await, final_before);
    for person in [&old.teacher, &old.school, &old.expert, &a, &b] {
        let (now, role) = (
            tenant_of(&world, "membership", person.membership).await,
            person.role,
        );
        assert_eq!(now, into.id, "{role:?}");
    }
    // Of two cabinets of one role the one in the heir stays.
    let ended = format!(
        "SELECT tenant_id = {} AND ended_at IS NOT NULL FROM app.membership WHERE id = {}",
        from.id, old.coordinator.membership
    );
    assert_eq!(sql.value::<bool>(&ended).await, Ok(true));
    let expert = format!(
        "SELECT expert_tenant_id FROM app.assignment WHERE application_id = {}",
        abroad.id
    );
    assert_eq!(sql.value::<i32>(&expert).await, Ok(into.id));
    // Nothing live is left: only what is final, its anchors, the journal and the requests.
    let live = format!(
        "SELECT (SELECT count(*) FROM app.application WHERE tenant_id = {0} AND status = ANY (app.live())) \
         + (SELECT count(*) FROM app.membership WHERE tenant_id = {0} AND ended_at IS NULL) \
         + (SELECT count(*) FROM app.organisation WHERE tenant_id = {0} AND ended_at IS NULL) \
         + (SELECT count(*) FROM app.invitation WHERE tenant_id = {0})",
        from.id
    );
    assert_eq!(sql.value::<i64>(&live).await, Ok(0));

    // The heir's coordinator goes on with them: registers one, annuls the other's number later.
    let version = open.version(into).await;
    let done = world.app().register(&twin, open.public_id, version).await;
    assert!(done.is_ok(), "{done:?}");
    let mut heir = twin.sql().await;
    heir.script("BEGIN").await;
    let withdrawn =
        format!("UPDATE app.application SET status = 'withdrawn' WHERE id = {registered}");
    assert_eq!(heir.run(&withdrawn).await, Ok(1));
    let corrected = format!("SELECT app.correct_journal({registered}, 'Отозвано')");
    assert_eq!(heir.run(&corrected).await, Ok(1));
    heir.script("COMMIT").await;
    let lines = format!(
        "SELECT count(*) FROM app.registration e JOIN app.registration c ON c.of_line = e.line AND c.year = e.year \
         WHERE e.application_id = {registered} AND e.tenant_id = {} AND c.tenant_id = {}",
        from.id, into.id
    );
    assert_eq!(sql.value::<i64>(&lines).await, Ok(1));
    // What stayed behind is the operator's to read, and nobody else's.
    let seen = format!("SELECT 1 FROM app.application WHERE id = {}", last.id);
    assert_eq!(heir.run(&seen).await, Ok(0));
    assert_eq!(world.operator().await.sql().await.run(&seen).await, Ok(1));

    // The way in leads to the heir; a second merge is refused.
    let site = world.serve().await;
    let page = site.browser().get(&format!("/m/{}/login", from.slug)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.told());
    assert!(page.body.contains(&into.name));
    for again in [
        merged(from, into, true).await,
        merged(into, from, true).await,
    ] {
        assert!(again.is_err_and(|error| error.is_constraint(THESE)));
    }
    // A chain is followed: the heir is merged on.
    assert!(matches!(merged(into, &third, false).await, Ok(None)));
    let chain = format!(
        "SELECT merged_into FROM app.municipality WHERE id = {}",
        from.id
    );
    assert_eq!(sql.value::<i32>(&chain).await, Ok(third.id));
}

#[tokio::test]
async fn merge_tells_organisations_named_alike_first() {
    let world = World::own().await;
    let (from, into) = (world.town().await, world.town().await);
    let (one, other) = (
        from.organisation("municipal").await,
        into.organisation("municipal").await,
    );
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "UPDATE app.organisation SET name = 'Школа № 1' WHERE id IN ({one}, {other})"
    ))
    .await;
    let person = from.teacher_of(one).await;
    let begun = from.draft(&person).await;
    let (school, twin) = (from.school(one).await, into.coordinator().await);
    let both = into
        .also(&school, domain::role::Role::School, Some(other))
        .await;
    let told = merged(&from, &into, false).await;
    assert!(
        matches!(&told, Ok(Some(names)) if names == "Школа № 1"),
        "{told:?}"
    );
    assert_eq!(
        tenant_of(&world, "membership", person.membership).await,
        from.id
    );
    let done = merged(&from, &into, true).await;
    assert!(matches!(done, Ok(None)), "{done:?}");
    assert_eq!(begun.column::<i64>(&into, "organisation_id").await, other);
    assert_eq!(
        tenant_of(&world, "membership", school.membership).await,
        from.id
    );
    assert_eq!(
        tenant_of(&world, "membership", both.membership).await,
        into.id
    );
    let seen = format!(
        "SELECT 1 FROM app.membership WHERE id = {}",
        person.membership
    );
    assert_eq!(twin.sql().await.run(&seen).await, Ok(1));
}

/// An export is of the municipality it was asked for: waiting or claimed, it hinders no merge,
/// stays with its job and comes to its end.
#[tokio::test]
async fn merge_leaves_exports_where_they_were_asked_for() {
    let world = region().await;
    let (waiting, claimed, into) = (world.town().await, world.town().await, world.town().await);
    let (app, admin) = (world.app(), world.admin().await);
    let mut jobs = Vec::new();
    for town in [&claimed, &waiting] {
        let id = town.public_id().await;
        let shown = app.municipality_export(&admin, id).await.unwrap();
        let started = app.start_export(&admin, id, shown.place.version).await;
        started.unwrap();
        if jobs.is_empty() {
            jobs.extend(app.claim_export().await.unwrap());
        }
    }
    for town in [&waiting, &claimed] {
        let done = merged(town, &into, false).await;
        assert!(matches!(done, Ok(None)), "{done:?}");
    }
    jobs.extend(app.claim_export().await.unwrap());
    let of: Vec<i32> = jobs.iter().map(|job| job.tenant.0).collect();
    assert_eq!(of, [claimed.id, waiting.id]);
    for job in &jobs {
        app.make_export(job).await.unwrap();
    }
    let states = format!(
        "SELECT state FROM app.municipality_export WHERE tenant_id IN ({}, {})",
        waiting.id, claimed.id
    );
    let states: Vec<String> = world.superuser().await.list(&states).await;
    assert_eq!(states, ["done", "done"]);
}

#[tokio::test]
async fn merge_is_the_migrators_alone() {
    let world = World::shared().await;
    let (from, into) = (world.town().await, world.town().await);
    let statement = format!(
        "SELECT app.merge_municipality('{}', '{}', true)",
        from.slug, into.slug
    );
    for login in Login::RUNTIME {
        let refused = world.login(login).await.probe(&statement).await;
        assert_eq!(refused, denied(), "{login:?}");
    }
    assert!(
        merged(&from, &from, true)
            .await
            .is_err_and(|error| error.is_constraint(THESE))
    );
}

/// Whoever has a cabinet of one role in both keeps what hung on the one that ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn merge_takes_over_what_hangs_on_twins() {
    let world = World::own().await;
    let (from, into) = (world.town().await, world.town().await);
    let (teacher, expert) = (from.teacher().await, from.expert().await);
    let place = into.organisation("municipal").await;
    let twin_teacher = into.also(&teacher, Role::Teacher, Some(place)).await;
    let twin_expert = into.also(&expert, Role::Expert, None).await;
    let open = from.submitted(&teacher).await;
    let other = from.submitted(&from.teacher().await).await;
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id, \
           expert_membership_id, expert_account_id, expert_name, assigned_by) \
         SELECT tenant_id, id, account_id, 1, {}, {}, {}, 'Эксперт', 1 FROM app.application WHERE id = {}",
        from.id, expert.membership, expert.account.0, other.id
    ))
    .await;
    let done = merged(&from, &into, false).await;
    assert!(matches!(done, Ok(None)), "{done:?}");
    let assigned = format!(
        "SELECT expert_tenant_id = {} AND expert_membership_id = {} AND closed_at IS NULL \
         FROM app.assignment WHERE application_id = {}",
        into.id, twin_expert.membership, other.id
    );
    assert_eq!(sql.value::<bool>(&assigned).await, Ok(true));
    let told = format!(
        "SELECT count(*) FROM app.letter WHERE application_id = {} AND kind = 'unassigned'",
        other.id
    );
    assert_eq!(sql.value::<i64>(&told).await, Ok(0));
    let owner = format!(
        "SELECT membership_id FROM app.application WHERE id = {} AND tenant_id = {}",
        open.id, into.id
    );
    assert_eq!(sql.value::<i64>(&owner).await, Ok(twin_teacher.membership));
    let ended = format!(
        "SELECT count(*) FROM app.membership WHERE id IN ({}, {}) AND ended_at IS NOT NULL",
        teacher.membership, expert.membership
    );
    assert_eq!(sql.value::<i64>(&ended).await, Ok(2));
}

/// A place of work that has ended is named by who worked there, and hinders no merge.
#[tokio::test]
async fn merge_takes_ended_organisations_that_are_named() {
    let world = World::own().await;
    let (from, into) = (world.town().await, world.town().await);
    let (teacher, ended) = (from.teacher().await, from.organisation("municipal").await);
    let request = Uuid::now_v7();
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "INSERT INTO app.organisation_request (tenant_id, public_id, membership_id, account_id, type, name, state, \
           organisation_id) VALUES ({}, '{request}', {}, {}, 'obshchee', 'Школа', 'added', {ended}); \
         UPDATE app.organisation SET ended_at = now() WHERE id = {ended}",
        from.id, teacher.membership, teacher.account.0
    ))
    .await;
    let done = merged(&from, &into, false).await;
    assert!(matches!(done, Ok(None)), "{done:?}");
    let there = format!(
        "SELECT o.tenant_id FROM app.organisation_request r JOIN app.organisation o \
           ON o.tenant_id = r.tenant_id AND o.id = r.organisation_id \
         WHERE r.public_id = '{request}' AND o.ended_at IS NOT NULL"
    );
    assert_eq!(sql.value::<i32>(&there).await, Ok(into.id));
}

/// What is final stays in the merged municipality until that is exported and removed, too.
#[tokio::test]
async fn sec_106_merge_leaves_what_can_be_removed() {
    let world = region().await;
    let (from, into) = (world.town().await, world.town().await);
    let (teacher, coordinator) = (from.teacher().await, from.coordinator().await);
    let last = from.submitted(&teacher).await;
    let rejected = last.update("status = 'rejected', rejection = 'по причине'");
    assert_eq!(coordinator.sql().await.run(&rejected).await, Ok(1));
    assert!(matches!(merged(&from, &into, false).await, Ok(None)));
    let admin = world.admin().await;
    let export = exported(&world, &admin, &from).await;
    let url = world.migrator_url();
    let removing = world
        .app()
        .remove_municipality(&url, &from.slug, export.public_id)
        .await;
    assert!(removing.is_ok(), "{:?}", removing.err());
    let mut sql = world.superuser().await;
    let left = format!(
        "SELECT (SELECT count(*) FROM app.application WHERE tenant_id = {0}) \
              + (SELECT count(*) FROM app.membership WHERE tenant_id = {0})",
        from.id
    );
    assert_eq!(sql.value::<i64>(&left).await, Ok(0));
    let kept = format!(
        "SELECT count(*) FROM app.membership WHERE tenant_id = {} AND account_id = {}",
        into.id, teacher.account.0
    );
    assert_eq!(sql.value::<i64>(&kept).await, Ok(1));
}
