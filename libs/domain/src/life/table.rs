//! The state table of 08 §8.1, line by line, and nothing but its lines. What their conditions
//! and effects mean is in [`super::rule`]; who asks the table is [`super::legal`].

use super::{
    PeriodMark, Place, Status, Withdrawal,
    rule::{Effect, Rule, When},
};
use crate::{act::Act, role::Role};

use Effect::{Experts, LapseWithdrawal, LeaveSchedule, PlaceSigned};
use Role::{Expert, Municipal, Operator, School, Teacher};
use Status::{Draft, Formed, Registered, UnderReview};
use When::{
    General, NoWithdrawal, NotFrozen, PeriodIs, PeriodIsNot, PeriodSet, PlaceIn, PlaceIsNot,
    ReadyToApprove, ReadyToDecide, Registrar, RouteMunicipal, RouteOperator, RowOwner,
    WithdrawalIs,
};

const fn rule(
    act: Act,
    from: &'static [Status],
    by: &'static [Role],
    when: &'static [When],
    effect: &'static [Effect],
) -> Rule {
    Rule {
        act,
        from,
        by,
        when,
        effect,
    }
}

const SUBMITTED: &[Status] = &[UnderReview, Registered];
const UNSIGNED: When = PlaceIn(&[Place::None, Place::AtExpert]);
const AT_TEACHER: When = PlaceIn(&[Place::AtTeacher]);
const AT_CENTRE: When = PlaceIn(&[Place::AtCentre]);

/// The state table (08 §8.1). What no line allows is refused.
pub const TABLE: &[Rule] = &[
    rule(
        Act::Edit,
        &[Draft, Formed],
        &[Teacher],
        &[],
        &[Effect::Status(Draft)],
    ),
    rule(
        Act::Form,
        &[Draft],
        &[Teacher],
        &[],
        &[Effect::Status(Formed)],
    ),
    rule(Act::Attach, &[Draft, Formed], &[Teacher], &[], &[]),
    rule(Act::Attach, SUBMITTED, &[Teacher, School], &[], &[]),
    rule(Act::Detach, &[Draft, Formed], &[Teacher], &[], &[]),
    rule(
        Act::Detach,
        &[UnderReview],
        &[Teacher, School],
        &[NotFrozen],
        &[],
    ),
    rule(
        Act::Submit,
        &[Formed],
        &[Teacher],
        &[],
        &[Effect::Status(UnderReview)],
    ),
    rule(
        Act::Vouch,
        &[UnderReview],
        &[Municipal],
        &[NotFrozen, RouteOperator],
        &[],
    ),
    rule(
        Act::Register,
        &[UnderReview],
        &[Municipal, Operator],
        &[NotFrozen, Registrar],
        &[Effect::Status(Registered)],
    ),
    rule(
        Act::Reject,
        &[UnderReview],
        &[Municipal],
        &[NotFrozen],
        &[Effect::Status(Status::Rejected), LapseWithdrawal],
    ),
    rule(
        Act::Reject,
        &[UnderReview],
        &[Operator],
        &[NotFrozen, Registrar],
        &[Effect::Status(Status::Rejected), LapseWithdrawal],
    ),
    rule(
        Act::Annul,
        &[Registered],
        &[Operator],
        &[NotFrozen, PeriodIsNot(PeriodMark::Approved)],
        &[
            Effect::Status(Status::Rejected),
            LapseWithdrawal,
            LeaveSchedule,
        ],
    ),
    rule(
        Act::Correct,
        &[Registered, Status::Decided],
        &[Operator],
        &[NotFrozen],
        &[],
    ),
    rule(
        Act::RequestDocuments,
        SUBMITTED,
        &[Municipal],
        &[NotFrozen, Registrar],
        &[],
    ),
    rule(
        Act::RequestDocuments,
        SUBMITTED,
        &[Expert, Operator],
        &[NotFrozen],
        &[],
    ),
    rule(
        Act::SetPeriod,
        &[Registered],
        &[Municipal, Operator],
        &[
            NotFrozen,
            General,
            RowOwner,
            PeriodIsNot(PeriodMark::Approved),
            PlaceIn(&[Place::None]),
        ],
        &[Effect::Period(PeriodMark::Preliminary)],
    ),
    rule(
        Act::Assign,
        &[Registered],
        &[Municipal, Operator],
        &[NotFrozen, General, RowOwner, PlaceIsNot(Place::Accepted)],
        &[Experts],
    ),
    rule(
        Act::AssignAny,
        &[Registered],
        &[Operator],
        &[NotFrozen, General, PlaceIsNot(Place::Accepted)],
        &[Experts],
    ),
    rule(
        Act::ApprovePeriod,
        &[Registered],
        &[Operator],
        &[NotFrozen, PeriodIs(PeriodMark::Preliminary), ReadyToApprove],
        &[Effect::Period(PeriodMark::Approved)],
    ),
    rule(
        Act::Reschedule,
        &[Registered],
        &[Operator],
        &[
            NotFrozen,
            PeriodIs(PeriodMark::Approved),
            PlaceIsNot(Place::Accepted),
        ],
        &[Effect::Period(PeriodMark::Preliminary)],
    ),
    rule(
        Act::UploadConclusion,
        &[Registered],
        &[Expert],
        &[NotFrozen, PeriodSet, UNSIGNED],
        &[Effect::Place(Place::AtTeacher)],
    ),
    rule(
        Act::UploadSignedConclusion,
        &[Registered],
        &[Expert],
        &[NotFrozen, PeriodSet, UNSIGNED],
        &[PlaceSigned],
    ),
    rule(
        Act::ReplaceConclusion,
        &[Registered],
        &[Expert],
        &[NotFrozen, AT_TEACHER],
        &[],
    ),
    rule(
        Act::SignConclusion,
        &[Registered],
        &[Teacher, School],
        &[NotFrozen, AT_TEACHER],
        &[PlaceSigned],
    ),
    rule(
        Act::NoteRefusal,
        &[Registered],
        &[Expert],
        &[NotFrozen, AT_TEACHER],
        &[PlaceSigned],
    ),
    rule(
        Act::PassConclusion,
        &[Registered],
        &[Municipal],
        &[NotFrozen, PlaceIn(&[Place::AtMunicipal])],
        &[Effect::Place(Place::AtCentre)],
    ),
    rule(
        Act::ReturnConclusion,
        &[Registered],
        &[Municipal],
        &[NotFrozen, PlaceIn(&[Place::AtMunicipal])],
        &[Effect::Place(Place::AtExpert)],
    ),
    rule(
        Act::ReturnConclusion,
        &[Registered],
        &[Operator],
        &[NotFrozen, RouteOperator, AT_CENTRE],
        &[Effect::Place(Place::AtExpert)],
    ),
    rule(
        Act::ReturnToCoordinator,
        &[Registered],
        &[Operator],
        &[NotFrozen, RouteMunicipal, AT_CENTRE],
        &[Effect::Place(Place::AtMunicipal)],
    ),
    rule(
        Act::AcceptConclusion,
        &[Registered],
        &[Operator],
        &[NotFrozen, AT_CENTRE],
        &[Effect::Place(Place::Accepted)],
    ),
    rule(
        Act::ReopenConclusion,
        &[Registered],
        &[Operator],
        &[NotFrozen, PlaceIn(&[Place::Accepted])],
        &[Effect::Place(Place::AtCentre)],
    ),
    rule(
        Act::Decide,
        &[Registered],
        &[Operator],
        &[NotFrozen, ReadyToDecide],
        &[Effect::Status(Status::Decided), LapseWithdrawal],
    ),
    rule(Act::Supersede, &[Status::Decided], &[Operator], &[], &[]),
    rule(
        Act::FormWithdrawal,
        SUBMITTED,
        &[Teacher, School],
        &[NoWithdrawal],
        &[Effect::Withdrawal(Withdrawal::Formed)],
    ),
    rule(
        Act::CancelWithdrawal,
        SUBMITTED,
        &[Teacher, School],
        &[WithdrawalIs(Withdrawal::Formed)],
        &[Effect::Withdrawal(Withdrawal::Cancelled)],
    ),
    rule(
        Act::CancelWithdrawal,
        SUBMITTED,
        &[Teacher],
        &[WithdrawalIs(Withdrawal::UnderReview)],
        &[Effect::Withdrawal(Withdrawal::Cancelled)],
    ),
    rule(
        Act::SubmitWithdrawal,
        SUBMITTED,
        &[Teacher, School],
        &[WithdrawalIs(Withdrawal::Formed)],
        &[Effect::Withdrawal(Withdrawal::UnderReview)],
    ),
    rule(
        Act::AcceptWithdrawal,
        SUBMITTED,
        &[Municipal, Operator],
        &[WithdrawalIs(Withdrawal::UnderReview), RowOwner],
        &[
            Effect::Status(Status::Withdrawn),
            Effect::Withdrawal(Withdrawal::Accepted),
            LeaveSchedule,
        ],
    ),
    rule(
        Act::DeclineWithdrawal,
        SUBMITTED,
        &[Municipal, Operator],
        &[WithdrawalIs(Withdrawal::UnderReview), RowOwner],
        &[Effect::Withdrawal(Withdrawal::Declined)],
    ),
];
