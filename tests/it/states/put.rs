//! One case put into any state: what stands around it is laid once, the rest is put anew.

use domain::{
    life::{Case, PeriodMark, Place, Status, Withdrawal},
    reference::Procedure,
    routing::Route,
};
use sqlx::Row as _;
use tests::{Application, Person, Session, Town, World};
use uuid::Uuid;

/// A case, whoever has to do with it, and the ids its forms name.
pub struct Ground {
    pub town: Town,
    pub teacher: Person,
    pub school: Person,
    pub expert: Person,
    pub application: Application,
    pub card: Uuid,
    pub attachment: Uuid,
    pub school_attachment: Uuid,
    pub rejection: String,
    pub expert_id: String,
    pub second_expert: String,
    /// The period the case is in, and another one.
    pub periods: [String; 2],
    file: i64,
}

impl Ground {
    pub async fn lay(world: &World, town: Town) -> Self {
        let teacher = town.teacher().await;
        let school = town.school(teacher.organisation.unwrap()).await;
        let (expert, second) = (town.expert().await, town.expert().await);
        let application = town.ready(&teacher).await;
        let (tenant, id, year) = (town.id, application.id, 2030 + town.id % 900);
        let mut sql = world.superuser().await;
        let card = sql
            .value(&format!(
                "SELECT public_id FROM app.card WHERE tenant_id = {tenant}"
            ))
            .await;
        let file = sql
            .value(&format!(
                "SELECT min(id) FROM app.file WHERE application_id = {id}"
            ))
            .await;
        let attachment = sql
            .value(&format!("SELECT public_id FROM app.attachment WHERE application_id = {id} AND kind <> 'scan'"))
            .await;
        let file: i64 = file.unwrap();
        let by_school = Uuid::now_v7();
        sql.script(&format!(
            "INSERT INTO app.attachment (tenant_id, public_id, application_id, file_id, kind, by_role, by_account)
               VALUES ({tenant}, '{by_school}', {id}, {file}, 'results_table', 'school', {});
             INSERT INTO app.period (public_id, name, starts, ends) VALUES
               (gen_random_uuid(), 'первый {tenant}', '{year}-01-01', '{year}-01-31'),
               (gen_random_uuid(), 'второй {tenant}', '{year}-02-01', '{year}-02-28');",
            school.account.0
        ))
        .await;
        let text =
            async |sql: &mut Session, query: String| -> String { sql.value(&query).await.unwrap() };
        let membership = |person: &Person| {
            format!(
                "SELECT public_id::text FROM app.membership WHERE id = {}",
                person.membership
            )
        };
        let period = |name: &str| {
            format!("SELECT public_id::text FROM app.period WHERE name = '{name} {tenant}'")
        };
        Self {
            card: card.unwrap(),
            attachment: attachment.unwrap(),
            school_attachment: by_school,
            rejection: text(
                &mut sql,
                "SELECT code FROM app.ref_rejection_reason ORDER BY ordinal LIMIT 1".to_owned(),
            )
            .await,
            expert_id: text(&mut sql, membership(&expert)).await,
            second_expert: text(&mut sql, membership(&second)).await,
            periods: [
                text(&mut sql, period("первый")).await,
                text(&mut sql, period("второй")).await,
            ],
            file,
            town,
            teacher,
            school,
            expert,
            application,
        }
    }

    /// Puts the case into this state, whatever state it was in.
    pub async fn put(&self, sql: &mut Session, case: &Case) {
        let (tenant, id, file) = (self.town.id, self.application.id, self.file);
        let (account, expert) = (self.teacher.account.0, self.expert.account.0);
        let submitted = !matches!(case.status, Status::Draft | Status::Formed);
        let route = case
            .route
            .map_or("NULL".to_owned(), |route| format!("'{}'", route.code()));
        let ground = match case.procedure {
            Procedure::Simplified => "'gos_nagrada'",
            Procedure::General => "NULL",
        };
        let mut script = format!(
            "SET session_replication_role = replica;
             DELETE FROM app.letter WHERE application_id = {id};
             DELETE FROM app.job WHERE application_id = {id};
             DELETE FROM app.document_request WHERE application_id = {id};
             DELETE FROM app.correction WHERE application_id = {id};
             DELETE FROM app.conclusion_file WHERE application_id = {id};
             DELETE FROM app.conclusion_signature WHERE application_id = {id};
             DELETE FROM app.conclusion WHERE application_id = {id};
             DELETE FROM app.assignment WHERE application_id = {id};
             DELETE FROM app.schedule_row WHERE application_id = {id};
             DELETE FROM app.withdrawal WHERE application_id = {id};
             DELETE FROM app.registration WHERE application_id = {id};
             DELETE FROM app.attachment WHERE application_id = {id} AND public_id NOT IN ('{}', '{}') AND kind <> 'scan';
             UPDATE app.attachment SET detached_at = NULL WHERE application_id = {id} AND kind <> 'scan';
             UPDATE app.application SET status = '{}', route = {route}, procedure = '{}', ground = {ground},
               submitted_at = CASE WHEN {submitted} THEN timestamptz '2026-09-01' END,
               due_on = CASE WHEN {submitted} THEN date '2026-10-01' END,
               registered_number = NULL, registered_on = NULL, vouched_at = NULL, rejection = '', edition = 1,
               surname = 'Иванова', snapshot = jsonb_set(snapshot, '{{name,surname}}', to_jsonb(text 'Иванова')),
               version = version + 1 WHERE id = {id};
             UPDATE app.attachment SET detached_at = NULL WHERE id = (SELECT max(id) FROM app.attachment
               WHERE application_id = {id} AND kind = 'scan' AND edition = 1);",
            self.attachment,
            self.school_attachment,
            case.status.code(),
            case.procedure.code(),
        );
        if matches!(case.status, Status::Registered | Status::Decided) {
            script += &format!(
                "INSERT INTO app.registration (tenant_id, year, line, kind, number, date, application_id, submitted_on, person,
                   position, organisation, municipality, held_category, category, form, ground, registered_by, salt,
                   digest, previous, hash)
                 VALUES ({tenant}, 1000, {id}, 'entry', {id}, '2026-09-10', {id}, '2026-09-01', '', '', '', '', '', '', '',
                   '', '', gen_random_uuid(), '\\x', '\\x', '\\x');"
            );
        }
        if let Some(state) = case.withdrawal {
            script += &format!(
                "INSERT INTO app.withdrawal (tenant_id, public_id, application_id, state, reason, by_role, by_account, file_id)
                 VALUES ({tenant}, gen_random_uuid(), {id}, '{}', 'Причина', 'teacher', {account}, {file});",
                state.code()
            );
        }
        if case.period != PeriodMark::None {
            script += &format!(
                "INSERT INTO app.schedule_row (tenant_id, application_id, period_id, mark)
                 SELECT {tenant}, {id}, id, '{}' FROM app.period WHERE public_id = '{}';",
                case.period.code(),
                self.periods[0]
            );
        }
        if submitted {
            script += &format!(
                "INSERT INTO app.assignment (tenant_id, application_id, applicant_account_id, slot, expert_tenant_id,
                   expert_membership_id, expert_account_id, expert_name, assigned_by)
                 VALUES ({tenant}, {id}, {account}, 1, {tenant}, {}, {expert}, 'Эксперт', 1);",
                self.expert.membership
            );
        }
        if case.place != Place::None {
            script += &format!(
                "WITH c AS (INSERT INTO app.conclusion (tenant_id, application_id, place) VALUES ({tenant}, {id}, '{}') RETURNING id)
                 INSERT INTO app.conclusion_file (tenant_id, application_id, conclusion_id, file_id, signed, by_account, by_role)
                 SELECT {tenant}, {id}, c.id, {file}, 'none', {expert}, 'expert' FROM c;",
                case.place.code()
            );
        }
        script += "SET session_replication_role = origin;";
        sql.script(&script).await;
    }

    /// The case as it stands in the database.
    pub async fn read(&self, sql: &mut Session) -> Case {
        let id = self.application.id;
        let rows = sql
            .rows(&format!(
                "SELECT a.status, a.route, a.procedure,
                   (SELECT state FROM app.withdrawal WHERE application_id = a.id ORDER BY id DESC LIMIT 1) AS withdrawal,
                   coalesce((SELECT mark FROM app.schedule_row WHERE application_id = a.id), 'none') AS mark,
                   coalesce((SELECT place FROM app.conclusion WHERE application_id = a.id), 'none') AS place,
                   (SELECT count(*) FROM app.assignment WHERE application_id = a.id AND closed_at IS NULL) AS experts
                 FROM app.application a WHERE a.id = {id}"
            ))
            .await
            .unwrap();
        let text = |column: &str| rows[0].get::<Option<String>, _>(column).unwrap_or_default();
        Case {
            status: Status::from_code(&text("status")).unwrap(),
            route: Route::from_code(&text("route")),
            procedure: Procedure::from_code(&text("procedure")).unwrap(),
            withdrawal: Withdrawal::from_code(&text("withdrawal")),
            period: PeriodMark::from_code(&text("mark")).unwrap(),
            experts: u8::try_from(rows[0].get::<i64, _>("experts")).unwrap(),
            gap: false,
            place: Place::from_code(&text("place")).unwrap(),
        }
    }

    /// Everything of the municipality but who looked at what.
    pub async fn fingerprint(&self, sql: &mut Session) -> String {
        let id = self.application.id;
        let tables = [
            "application_event",
            "application_flag",
            "file",
            "attachment",
            "rendition",
            "scan_check",
            "withdrawal",
            "schedule_row",
            "gap_request",
            "assignment",
            "conclusion",
            "conclusion_file",
            "correction",
            "document_request",
            "conclusion_signature",
            "decision",
            "registration",
            "letter",
            "job",
        ];
        let of = tables.map(|table| {
            format!("UNION ALL SELECT '{table}' || t::text FROM app.{table} t WHERE application_id = {id} ")
        });
        sql.value(&format!(
            "SELECT md5(string_agg(row, '|' ORDER BY row)) FROM (SELECT 'application' || a::text AS row \
             FROM app.application a WHERE card_id = (SELECT card_id FROM app.application WHERE id = {id}) {}) x",
            of.concat()
        ))
        .await
        .unwrap()
    }

    /// The number a query about the application gives (`$` is its id); 0 for none.
    pub async fn number(&self, sql: &mut Session, query: &str) -> String {
        let query = query.replace('$', &self.application.id.to_string());
        let found: Vec<i64> = sql.list(&query).await;
        found.first().copied().unwrap_or_default().to_string()
    }

    /// The period the case is in now; empty if in none.
    pub async fn period(&self, sql: &mut Session) -> String {
        let query = format!(
            "SELECT p.public_id::text FROM app.schedule_row s JOIN app.period p ON p.id = s.period_id \
             WHERE s.application_id = {}",
            self.application.id
        );
        let found: Vec<String> = sql.list(&query).await;
        found.into_iter().next().unwrap_or_default()
    }

    /// The newest withdrawal's public id.
    pub async fn withdrawal(&self, sql: &mut Session) -> Option<Uuid> {
        let query = format!(
            "SELECT public_id FROM app.withdrawal WHERE application_id = {} ORDER BY id DESC LIMIT 1",
            self.application.id
        );
        sql.list::<Uuid>(&query).await.into_iter().next()
    }
}

/// The states of 08 §8.1 with the parts that matter in each.
pub fn states() -> Vec<Case> {
    let ways = [
        (Route::Municipal, Procedure::General),
        (Route::Operator, Procedure::General),
        (Route::Operator, Procedure::Simplified),
    ];
    let withdrawals = [
        None,
        Some(Withdrawal::Formed),
        Some(Withdrawal::UnderReview),
    ];
    let begun = Case::begun(Procedure::General);
    let mut states = vec![
        begun,
        Case {
            status: Status::Formed,
            ..begun
        },
    ];
    for (route, procedure) in ways {
        let submitted = Case {
            route: Some(route),
            procedure,
            experts: 1,
            ..begun
        };
        for withdrawal in withdrawals {
            states.push(Case {
                status: Status::UnderReview,
                withdrawal,
                ..submitted
            });
            let registered = Case {
                status: Status::Registered,
                withdrawal,
                ..submitted
            };
            states.push(registered);
            if procedure == Procedure::Simplified {
                continue;
            }
            for period in [PeriodMark::Preliminary, PeriodMark::Approved] {
                for place in Place::ALL {
                    // What a withdrawal stops it stops wherever the conclusion is: three places do.
                    let some = matches!(place, Place::None | Place::AtTeacher | Place::AtCentre);
                    if withdrawal.is_none() || some {
                        states.push(Case {
                            period,
                            place: *place,
                            ..registered
                        });
                    }
                }
            }
        }
        for status in [Status::Rejected, Status::Withdrawn, Status::Decided] {
            states.push(Case {
                status,
                ..submitted
            });
        }
    }
    states
}
