//! A transfer of a teacher that both municipalities agreed to.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use app::{Error, transfers::What};
use tests::{Person, Town, World, sql::Refused};

use super::{agree, ask, denied, hanging, public_id, tenant_of, town_id, version};

/// Two municipalities with their coordinators, and a teacher of the first.
pub struct Two {
    pub from: Town,
    pub to: Town,
    pub giving: Person,
    pub taking: Person,
    pub teacher: Person,
    pub place: i64,
}

pub async fn two(world: &World) -> Two {
    let (from, to) = (world.town().await, world.town().await);
    Two {
        giving: from.coordinator().await,
        taking: to.coordinator().await,
        teacher: from.teacher().await,
        place: to.organisation("municipal").await,
        from,
        to,
    }
}

impl Two {
    pub async fn what(&self) -> What {
        What::Teacher(public_id(self.from.world(), "membership", self.teacher.membership).await)
    }

    pub async fn place(&self) -> String {
        let id = public_id(self.to.world(), "organisation", self.place).await;
        id.to_string()
    }
}

#[tokio::test]
async fn transfer_moves_what_is_begun_and_leaves_what_is_final() {
    let world = World::shared().await;
    let two = two(&world).await;
    let (from, to, teacher) = (&two.from, &two.to, &two.teacher);
    let last = from.submitted(teacher).await;
    let rejected = last.update("status = 'rejected', rejection = 'по причине'");
    assert_eq!(two.giving.sql().await.run(&rejected).await, Ok(1));
    let begun = from.draft(teacher).await;
    let final_before = hanging(&world, last.id).await;

    let id = ask(&two.giving, to, two.what().await).await.unwrap();
    assert_eq!(
        tenant_of(&world, "membership", teacher.membership).await,
        from.id
    );
    // Before the move the taking coordinator sees the request and nothing of the teacher.
    let mut taking = two.taking.sql().await;
    let request = format!("SELECT 1 FROM app.transfer WHERE public_id = '{id}'");
    assert_eq!(taking.run(&request).await, Ok(1));
    let person = format!(
        "SELECT 1 FROM app.membership WHERE account_id = {}",
        teacher.account.0
    );
    assert_eq!(taking.run(&person).await, Ok(0));

    assert!(
        agree(&two.taking, id, &two.place().await, &world)
            .await
            .unwrap()
    );
    assert_eq!(
        tenant_of(&world, "membership", teacher.membership).await,
        to.id
    );
    assert_eq!(tenant_of(&world, "application", begun.id).await, to.id);
    assert_eq!(tenant_of(&world, "application", last.id).await, from.id);
    assert_eq!(hanging(&world, last.id).await, final_before);
    assert!(
        hanging(&world, begun.id)
            .await
            .keys()
            .all(|(_, tenant)| *tenant == to.id)
    );

    // The former coordinator reads what is final, with an ended cabinet behind it, and no more.
    let mut giving = two.giving.sql().await;
    let finals = "SELECT count(*) FROM app.application";
    assert_eq!(giving.value::<i64>(finals).await, Ok(1));
    let ended = format!("{person} AND ended_at IS NOT NULL");
    assert_eq!(giving.run(&person).await, Ok(1));
    assert_eq!(giving.run(&ended).await, Ok(1));
    // The new one sees the teacher, and nothing that was decided elsewhere.
    assert_eq!(taking.run(&person).await, Ok(1));
    assert_eq!(taking.value::<i64>(finals).await, Ok(0));
    let again = world
        .app()
        .agree_transfer(&two.taking, id, version(&world, id).await, "")
        .await;
    assert!(matches!(again, Err(Error::Illegal(_))), "{again:?}");

    let mut sql = world.superuser().await;
    let letters = format!(
        "SELECT string_agg(kind || ' ' || tenant_id, ', ' ORDER BY id) FROM app.letter \
         WHERE kind LIKE 'transfer_%' AND tenant_id IN ({}, {})",
        from.id, to.id
    );
    let told: String = sql.value(&letters).await.unwrap();
    // Asked: to the other coordinator. Done: to the one who asked, to the teacher where it is now.
    for expected in [
        format!("transfer_asked {}", to.id),
        format!("transfer_done {}", from.id),
        format!("transfer_done {}", to.id),
    ] {
        assert!(told.contains(&expected), "{expected} in {told}");
    }
}

#[tokio::test]
async fn transfer_asked_by_a_teacher_needs_both() {
    let world = World::shared().await;
    let two = two(&world).await;
    let teacher = &two.teacher;
    let town = town_id(&two.to).await;
    let asked = world
        .app()
        .ask_own_transfer(teacher, &town, "Переезд")
        .await;
    assert!(asked.is_ok(), "{asked:?}");
    let twice = world
        .app()
        .ask_own_transfer(teacher, &town, "Переезд")
        .await;
    assert!(matches!(twice, Err(Error::Illegal(_))), "{twice:?}");
    let id = world
        .app()
        .own_transfer(teacher)
        .await
        .unwrap()
        .unwrap()
        .public_id;
    let place = two.place().await;
    assert!(!agree(&two.taking, id, &place, &world).await.unwrap());
    assert_eq!(
        tenant_of(&world, "membership", teacher.membership).await,
        two.from.id
    );
    assert!(agree(&two.giving, id, "", &world).await.unwrap());
    assert_eq!(
        tenant_of(&world, "membership", teacher.membership).await,
        two.to.id
    );
}

#[tokio::test]
async fn transfer_waits_for_what_is_submitted() {
    let world = World::shared().await;
    let two = two(&world).await;
    let application = two.from.submitted(&two.teacher).await;
    let asked = ask(&two.giving, &two.to, two.what().await).await;
    assert!(
        matches!(&asked, Err(Error::Illegal(words)) if words.contains("Иванова")),
        "{asked:?}"
    );
    // Past the verb: the request is made, the function refuses the move.
    let made = format!(
        "SELECT app.ask_transfer(gen_random_uuid(), 'teacher', {}, {}, 'Причина')",
        two.teacher.membership, two.to.id
    );
    let number: i64 = two.giving.sql().await.value(&made).await.unwrap();
    let id = public_id(&world, "transfer", number).await;
    let agreed = agree(&two.taking, id, &two.place().await, &world).await;
    assert!(matches!(agreed, Err(Error::Illegal(_))), "{agreed:?}");
    assert_eq!(
        tenant_of(&world, "application", application.id).await,
        two.from.id
    );
}

#[tokio::test]
async fn transfer_forged_calls_are_refused() {
    let world = World::shared().await;
    let two = two(&world).await;
    let (from, to, teacher) = (&two.from, &two.to, &two.teacher);
    let third = world.town().await;
    let (stranger, another) = (third.coordinator().await, from.teacher().await);
    let of_stranger = format!(
        "SELECT app.ask_transfer(gen_random_uuid(), 'teacher', {}, {}, 'Причина')",
        teacher.membership, third.id
    );
    let organisation = format!(
        "SELECT app.ask_transfer(gen_random_uuid(), 'organisation', {}, {}, 'Причина')",
        teacher.organisation.unwrap(),
        to.id
    );
    let mut probes = 0;
    for (person, statement) in [
        (&stranger, &of_stranger),
        (&another, &of_stranger),
        (&stranger, &organisation),
        (&another, &organisation),
    ] {
        probes += 1;
        assert_eq!(
            person.sql().await.probe(statement).await,
            denied(),
            "{statement}"
        );
    }
    let id = ask(&two.giving, to, two.what().await).await.unwrap();
    let mut sql = world.superuser().await;
    let number: i64 = sql
        .value(&format!(
            "SELECT id FROM app.transfer WHERE public_id = '{id}'"
        ))
        .await
        .unwrap();
    let agreeing = format!(
        "SELECT app.agree_transfer({}, {number}, 1, {})",
        from.id, two.place
    );
    let closing = format!(
        "SELECT app.close_transfer({}, {number}, 1, 'cancelled', '')",
        from.id
    );
    let declining = format!(
        "SELECT app.close_transfer({}, {number}, 1, 'done', 'x')",
        from.id
    );
    let written = format!("UPDATE app.transfer SET agreed_to_by = 1 WHERE id = {number}");
    for person in [&stranger, teacher, &another] {
        for statement in [&agreeing, &closing, &declining, &written] {
            probes += 1;
            assert_eq!(
                person.sql().await.probe(statement).await,
                denied(),
                "{statement}"
            );
        }
    }
    // A teacher that calls itself a coordinator has no coordinator's cabinet.
    let mut claiming = teacher.sql().await;
    claiming.set("role", "municipal").await;
    assert_eq!(claiming.probe(&agreeing).await, denied());
    // The side that asked agrees for itself only.
    let mut giving = two.giving.sql().await;
    assert_eq!(
        giving.value::<Option<bool>>(&agreeing).await,
        Ok(Some(false))
    );
    assert_eq!(
        tenant_of(&world, "membership", teacher.membership).await,
        from.id
    );
    // Another's place of work, a closed municipality, what was done before.
    let elsewhere = third.organisation("municipal").await;
    let misplaced = format!(
        "SELECT app.agree_transfer({}, {number}, 2, {elsewhere})",
        from.id
    );
    let refused = || Err(Refused(Refused::CHECK.to_owned()));
    assert_eq!(two.taking.sql().await.probe(&misplaced).await, refused());
    sql.script(&format!(
        "UPDATE app.municipality SET status = 'suspended' WHERE id = {}",
        to.id
    ))
    .await;
    let now = agreeing.replace(", 1,", ", 2,");
    assert_eq!(two.taking.sql().await.probe(&now).await, refused());
    sql.script(&format!(
        "UPDATE app.municipality SET status = 'active' WHERE id = {}",
        to.id
    ))
    .await;
    assert_eq!(
        two.taking.sql().await.value::<Option<bool>>(&now).await,
        Ok(Some(true))
    );
    for replayed in [&agreeing, &now] {
        let again = two.taking.sql().await.value::<Option<bool>>(replayed).await;
        assert_eq!(again, Ok(None), "{replayed}");
    }
    println!("{probes} forged calls refused");
}

/// Submitting against the second agreement: exactly one of them wins.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transfer_against_submission() {
    let world = World::shared().await;
    let (mut moved, mut submitted) = (0, 0);
    for _ in 0..6 {
        let two = two(&world).await;
        let application = two.from.ready(&two.teacher).await;
        let id = ask(&two.giving, &two.to, two.what().await).await.unwrap();
        let seen = application.version(&two.from).await;
        let (app, other) = (world.another_app(2), world.another_app(2));
        let (place, at) = (two.place().await, version(&world, id).await);
        let (agreed, sent) = tokio::join!(
            app.agree_transfer(&two.taking, id, at, &place),
            other.submit(&two.teacher, application.public_id, seen)
        );
        let tenant = tenant_of(&world, "application", application.id).await;
        let status = application.status(&two.from).await;
        match (agreed.is_ok(), sent.is_ok()) {
            (true, false) => {
                moved += 1;
                assert_eq!((tenant, status.as_str()), (two.to.id, "draft"), "{sent:?}");
            }
            (false, true) => {
                submitted += 1;
                assert_eq!(
                    (tenant, status.as_str()),
                    (two.from.id, "under_review"),
                    "{agreed:?}"
                );
            }
            _ => panic!("{agreed:?} and {sent:?}"),
        }
    }
    println!("{moved} moved, {submitted} submitted");
}

/// At every snapshot exactly one of the two municipalities sees the teacher, and the teacher's
/// case is where the teacher is: no moment visible to both or to none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transfer_is_seen_by_exactly_one() {
    let world = World::own().await;
    let two = two(&world).await;
    let membership = two.teacher.membership;
    two.from.draft(&two.teacher).await;
    let (what, over) = (two.what().await, Arc::new(AtomicBool::new(false)));
    let moves = Arc::new(AtomicU32::new(0));
    let mover = {
        let (over, moves, world) = (Arc::clone(&over), Arc::clone(&moves), world.clone());
        let home = public_id(&world, "organisation", two.teacher.organisation.unwrap()).await;
        let (home, place) = (home.to_string(), two.place().await);
        let (giving, taking) = (two.giving.clone(), two.taking.clone());
        let (from, to) = (two.from.clone(), two.to.clone());
        tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let id = ask(&giving, &to, what).await.unwrap();
                assert!(agree(&taking, id, &place, &world).await.unwrap());
                let id = ask(&taking, &from, what).await.unwrap();
                assert!(agree(&giving, id, &home, &world).await.unwrap());
                moves.fetch_add(2, Ordering::Relaxed);
            }
        })
    };
    let (mut here, mut there) = (two.giving.sql().await, two.taking.sql().await);
    let (mut own, mut reads, mut away) = (two.teacher.sql().await, 0, 0);
    let seen = format!("SELECT count(*) FROM app.membership WHERE id = {membership}");
    let whole = format!(
        "SELECT (SELECT count(*) FROM app.membership WHERE id = {membership}) * 2 \
         - (SELECT count(*) FROM app.application WHERE membership_id = {membership}) \
         - (SELECT count(*) FROM app.card WHERE membership_id = {membership})"
    );
    // On until something has moved: a busy machine moves late.
    while reads < 1000 || moves.load(Ordering::Relaxed) < 4 || away == 0 {
        assert!(!mover.is_finished(), "nobody moves any more");
        let repeatable = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
        here.run(repeatable).await.unwrap();
        let snapshot: String = here.value("SELECT pg_export_snapshot()").await.unwrap();
        there.run(repeatable).await.unwrap();
        let same = format!("SET TRANSACTION SNAPSHOT '{snapshot}'");
        there.run(&same).await.unwrap();
        let counts = (
            here.value::<i64>(&seen).await.unwrap(),
            there.value::<i64>(&seen).await.unwrap(),
        );
        here.run("COMMIT").await.unwrap();
        there.run("COMMIT").await.unwrap();
        assert!(matches!(counts, (1, 0) | (0, 1)), "{counts:?}");
        away += counts.1;
        // One statement, one snapshot: the case is never parted from its teacher.
        assert_eq!(own.value::<i64>(&whole).await, Ok(0));
        reads += 3;
    }
    over.store(true, Ordering::Relaxed);
    mover.await.unwrap();
    let moves = moves.load(Ordering::Relaxed);
    println!("{reads} reads during {moves} moves, {away} found the teacher away");
}
