//! Applications with their period and experts set, ready for a conclusion, for the tests of what
//! follows.

use uuid::Uuid;

use crate::{Application, Person, Town};

impl Town {
    /// A registered application on general grounds in the period «сентябрь-октябрь 2026», both
    /// places taken by these experts.
    pub async fn concludable(&self, teacher: &Person, experts: [&Person; 2]) -> Application {
        let application = self.applied(teacher).await;
        let coordinator = self.coordinator().await;
        let version = application.version(self).await;
        let app = self.world().app();
        app.register(&coordinator, application.public_id, version)
            .await
            .unwrap();
        let (tenant, id, account) = (self.id, application.id, teacher.account.0);
        let seat = |slot: i32, expert: &Person| {
            format!(
                "({tenant}, {id}, {account}, {slot}, {tenant}, {}, {}, 'Эксперт {slot}', 'методист', 1)",
                expert.membership, expert.account.0
            )
        };
        self.world()
            .superuser()
            .await
            .script(&format!(
                "INSERT INTO app.period (public_id, name, starts, ends)
                   VALUES ('{}', 'сентябрь-октябрь 2026', '2026-09-01', '2026-10-31') ON CONFLICT DO NOTHING;
                 INSERT INTO app.schedule_row (tenant_id, application_id, period_id, mark)
                   SELECT {tenant}, {id}, max(id), 'preliminary' FROM app.period;
                 INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
                     expert_membership_id, expert_account_id, expert_name, expert_position, assigned_by)
                   VALUES {}, {};",
                Uuid::now_v7(),
                seat(1, experts[0]),
                seat(2, experts[1]),
            ))
            .await;
        application
    }
}
