//! A period is over when nothing is left in it to decide, whatever took the last row (R-PER-1).

use app::withdrawals::Seen;

use super::*;

impl Scene {
    /// An approved period that one row was left out of, which alone it waits for.
    async fn waiting(surname: &str) -> (Self, Person, Application) {
        let scene = Self::new().await;
        let (_, ready) = scene.row("Готовая", 2).await;
        let (teacher, single) = scene.row(surname, 1).await;
        scene.approve(ORDER).await.unwrap();
        assert_eq!(scene.mark(&single).await, "preliminary");
        scene.decided(&ready).await;
        assert_eq!(scene.state().await, "approved");
        (scene, teacher, single)
    }

    /// As if an order had decided it.
    async fn decided(&self, application: &Application) {
        self.world
            .superuser()
            .await
            .script(&format!(
                "SET session_replication_role = replica; UPDATE app.application SET status = 'decided' WHERE id = {};
                 SET session_replication_role = origin;",
                application.id
            ))
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_per_1_annulling_the_last_preliminary_row_completes_the_period() {
    let (scene, _, single) = Scene::waiting("Лишняя").await;
    let version = single.version(&scene.town).await;
    let app = scene.world.app();
    let done = app
        .annul(&scene.operator, single.public_id, version, "Ошибка")
        .await;
    assert!(done.is_ok(), "{done:?}");
    assert_eq!(scene.state().await, "completed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_per_1_a_coordinators_withdrawal_of_the_last_preliminary_row_completes_the_period() {
    let (scene, teacher, single) = Scene::waiting("Отзывная").await;
    let app = scene.world.app();
    let (id, town) = (single.public_id, &scene.town);
    app.form_withdrawal(&teacher, id, single.version(town).await, "болезнью")
        .await
        .unwrap();
    let mut sql = scene.world.superuser().await;
    sql.script(&format!(
        "SET session_replication_role = replica;
         UPDATE app.withdrawal SET state = 'under_review', file_id = 1 WHERE application_id = {};
         SET session_replication_role = origin;",
        single.id
    ))
    .await;
    let withdrawal: Uuid = sql
        .value("SELECT public_id FROM app.withdrawal")
        .await
        .unwrap();
    let version = sql
        .value("SELECT version FROM app.withdrawal")
        .await
        .unwrap();
    let seen = Seen {
        withdrawal,
        version,
    };
    let done = app.accept_withdrawal(&scene.coordinator, id, seen).await;
    assert!(done.is_ok(), "{done:?}");
    assert_eq!(scene.state().await, "completed");
    // Whoever took the row is who completed the period.
    let by: Vec<String> = sql
        .list("SELECT role FROM app.audit_event WHERE act = 'period.complete'")
        .await;
    assert_eq!(by, ["municipal"]);
    // Whoever takes no rows completes nothing.
    let refused = teacher
        .sql()
        .await
        .run("SELECT app.complete_periods()")
        .await;
    assert_eq!(refused, Ok(0));
}
