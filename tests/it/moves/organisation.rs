//! An organisation moves with its teachers and school coordinators.

use app::{Error, transfers::What};
use tests::World;

use super::{agree, ask, hanging, public_id, tenant_of};

#[tokio::test]
async fn transfer_of_an_organisation_takes_its_people() {
    let world = World::shared().await;
    let (from, to, third) = (world.town().await, world.town().await, world.town().await);
    let (giving, taking) = (from.coordinator().await, to.coordinator().await);
    let organisation = from.organisation("municipal").await;
    let (teacher, colleague) = (
        from.teacher_of(organisation).await,
        from.teacher_of(organisation).await,
    );
    let (school, expert, another) = (
        from.school(organisation).await,
        from.expert().await,
        from.teacher().await,
    );
    let mut sql = world.superuser().await;
    sql.script(&format!(
        "UPDATE app.membership SET organisation_id = {organisation} WHERE id = {}",
        expert.membership
    ))
    .await;
    let begun = from.draft(&teacher).await;
    let last = from.submitted(&colleague).await;
    let name: String = sql
        .value(&format!(
            "SELECT name FROM app.organisation WHERE id = {organisation}"
        ))
        .await
        .unwrap();
    let what = What::Organisation(public_id(&world, "organisation", organisation).await);
    let held = ask(&giving, &to, what).await;
    assert!(
        matches!(&held, Err(Error::Illegal(words)) if words.contains("Иванова Мария Сергеевна")),
        "{held:?}"
    );
    let rejected = last.update("status = 'rejected', rejection = 'по причине'");
    assert_eq!(giving.sql().await.run(&rejected).await, Ok(1));
    // A name that is taken there is told before.
    let alike = third.organisation("municipal").await;
    sql.script(&format!(
        "UPDATE app.organisation SET name = '{name}' WHERE id = {alike}"
    ))
    .await;
    let taken = ask(&giving, &third, what).await;
    assert!(matches!(taken, Err(Error::Invalid(_))), "{taken:?}");

    let before = hanging(&world, last.id).await;
    let id = ask(&giving, &to, what).await.unwrap();
    assert!(agree(&taking, id, "", &world).await.unwrap());
    assert_eq!(tenant_of(&world, "organisation", organisation).await, to.id);
    for person in [&teacher, &colleague, &school] {
        let (now, role) = (
            tenant_of(&world, "membership", person.membership).await,
            person.role,
        );
        assert_eq!(now, to.id, "{role:?}");
    }
    for person in [&expert, &another] {
        let (now, role) = (
            tenant_of(&world, "membership", person.membership).await,
            person.role,
        );
        assert_eq!(now, from.id, "{role:?}");
    }
    assert_eq!(tenant_of(&world, "application", begun.id).await, to.id);
    assert_eq!(
        hanging(&world, last.id).await,
        before,
        "what is final stays"
    );
    let workplace: Option<i64> = sql
        .value(&format!(
            "SELECT organisation_id FROM app.membership WHERE id = {}",
            expert.membership
        ))
        .await
        .unwrap();
    assert_eq!(
        workplace, None,
        "the expert's place of work is elsewhere now"
    );
    // What stays for the final application is offered nowhere, and its name is free again.
    let kept: i64 = sql
        .value(&format!(
            "SELECT count(*) FROM app.organisation o JOIN app.application a ON a.organisation_id = o.id \
             AND a.tenant_id = o.tenant_id WHERE a.id = {} AND o.name = '{name}' AND o.ended_at IS NOT NULL",
            last.id
        ))
        .await
        .unwrap();
    assert_eq!(kept, 1);
    let offered = world
        .app()
        .organisations(&giving, None, None)
        .await
        .unwrap();
    assert!(offered.list.rows.iter().all(|row| row.name != name));
    // And back again.
    let id = ask(&taking, &from, what).await.unwrap();
    assert!(agree(&giving, id, "", &world).await.unwrap());
    assert_eq!(
        tenant_of(&world, "membership", school.membership).await,
        from.id
    );
}
