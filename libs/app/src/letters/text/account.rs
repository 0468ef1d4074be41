//! What letters say that are about an account and not about an application: invitations, links,
//! transfers.

use db::work::mail::Invitation;
use domain::letter::LetterKind;

/// The invitation (R-ACC-4), in the deck's words.
pub(in crate::letters) fn invitation(
    invitation: &Invitation,
    link: &str,
    until: &str,
    centre: &str,
) -> String {
    let place = if invitation.organisation.is_empty() {
        invitation.place.clone()
    } else {
        format!("{}, {}", invitation.organisation, invitation.place)
    };
    format!(
        "Вас приветствуют специалисты {centre}. Приглашаем Вас зарегистрироваться в электронной системе «Аттестация».\n\
         \n\
         Роль: {}\n\
         Место: {place}\n\
         \n\
         Для регистрации перейдите по ссылке:\n\
         {link}\n\
         \n\
         Внимание! Ссылка действительна в течение 24 часов, до {until}.\n\
         Если ссылка не активна, скопируйте ее и вставьте в адресную строку Вашего браузера.",
        invitation.role.name()
    )
}

/// A letter about an account itself; `link` is its address and until when it can be used.
pub(in crate::letters) fn account(
    kind: LetterKind,
    login: &str,
    link: Option<(&str, &str)>,
) -> String {
    let what = match (kind, link) {
        (LetterKind::Registration, Some(_)) => format!(
            "Учётная запись {login} в системе «Аттестация» создана. Чтобы подтвердить адрес электронной почты, перейдите по ссылке:"
        ),
        (LetterKind::Registration, None) => {
            format!("Учётная запись {login} в системе «Аттестация» создана.")
        }
        (LetterKind::PasswordReset, _) => {
            format!("Чтобы задать новый пароль учётной записи {login}, перейдите по ссылке:")
        }
        (LetterKind::IdentityLinked, _) => format!(
            "К учётной записи {login} привязан вход через другую систему: теперь в неё можно войти и без пароля.\n\nЕсли это сделали не Вы, сразу смените пароль, отвяжите этот вход в личном кабинете и сообщите об этом."
        ),
        (LetterKind::IdentityUnlinked, _) => format!(
            "От учётной записи {login} отвязан вход через другую систему.\n\nЕсли это сделали не Вы, сразу смените пароль и сообщите об этом."
        ),
        (LetterKind::FactorChanged, _) => format!(
            "Второй фактор входа в учётную запись {login} включён или выключен.\n\nЕсли это сделали не Вы, сразу смените пароль и сообщите об этом."
        ),
        (LetterKind::FactorReset, _) => format!(
            "Второй фактор входа в учётную запись {login} сброшен: код подтверждения больше не спрашивается, ключи доступа удалены, все сеансы завершены. Если Вашему кабинету нужен второй фактор, при входе Вам предложат включить его заново.\n\nЕсли Вы об этом не просили, сразу смените пароль и сообщите об этом."
        ),
        (LetterKind::PasskeyAdded, _) => format!(
            "К учётной записи {login} добавлен ключ доступа: теперь в неё можно войти и с ним, без пароля.\n\nЕсли это сделали не Вы, сразу смените пароль, удалите этот ключ в личном кабинете и сообщите об этом."
        ),
        (LetterKind::PasskeyRemoved, _) => format!(
            "Ключ доступа удалён из учётной записи {login}.\n\nЕсли это сделали не Вы, сразу смените пароль и сообщите об этом."
        ),
        (_, Some(_)) => format!(
            "Чтобы подтвердить новый адрес электронной почты учётной записи {login}, перейдите по ссылке:"
        ),
        (_, None) => format!(
            "Данные для входа в учётную запись {login} (пароль или адрес электронной почты) изменены.\n\nЕсли это сделали не Вы, сразу смените пароль и сообщите об этом."
        ),
    };
    match link {
        Some((link, until)) => format!(
            "{what}\n{link}\n\nСсылка действительна до {until} и только один раз. Если Вы этого не запрашивали, ничего не делайте."
        ),
        None => what,
    }
}

/// A letter about a sign-in from a browser that was not known; `at` is when, `device` what it is.
pub(in crate::letters) fn new_device(
    login: &str,
    at: &str,
    device: &str,
    base_url: &str,
) -> String {
    format!(
        "В учётную запись {login} вошли с устройства или из браузера, где раньше в неё не входили.\n\
         \n\
         Когда: {at}\n\
         Устройство: {device}\n\
         \n\
         Если это были Вы, ничего не делайте. Если не Вы, сразу завершите все сеансы кнопкой «Выйти везде», смените пароль и сообщите об этом:\n\
         {base_url}/profile/sessions"
    )
}

/// The notice to a teacher who never submitted (R-DEL-1).
pub(in crate::letters) fn deletion(
    login: &str,
    municipality: &str,
    link: &str,
    until: &str,
) -> String {
    format!(
        "Вы зарегистрированы в системе «Аттестация» под именем {login} как педагогический работник ({municipality}), но заявление на аттестацию не подали.\n\
         \n\
         Если Вы собираетесь подать заявление, ничего не делайте: войдите под своим именем и подайте его, когда будете готовы.\n\
         \n\
         Если регистрация Вам не нужна, Ваши данные можно удалить по ссылке:\n\
         {link}\n\
         \n\
         На странице сказано, что именно будет удалено; пока Вы не нажмёте на ней кнопку, ничего не удаляется. Ссылка действительна в течение 14 дней, до {until}, и только один раз."
    )
}

/// A letter about a transfer; who coordinates a side of it looks at it among the others.
pub(in crate::letters) fn transfer(kind: LetterKind, coordinator: bool, base_url: &str) -> String {
    let said = match (kind, coordinator) {
        (LetterKind::TransferAsked, _) => {
            "Запрошен перевод между муниципалитетами. Рассмотрите его: перевод состоится, когда его согласуют координаторы обоих муниципалитетов."
        }
        (LetterKind::TransferDone, true) => {
            "Перевод согласован координаторами обоих муниципалитетов и выполнен."
        }
        (LetterKind::TransferDone, false) => {
            "Перевод согласован: Ваш кабинет теперь относится к другому муниципалитету. Проверьте место работы в личном кабинете; сформированное заявление нужно сформировать заново."
        }
        _ => {
            "Запрос на перевод в другой муниципалитет отклонён. Причина указана в личном кабинете."
        }
    };
    let page = if coordinator {
        "/municipal/transfers"
    } else {
        "/profile"
    };
    format!("{said}\n\nПодробнее:\n{base_url}{page}")
}

#[cfg(test)]
mod tests {
    use db::work::mail::Contact;
    use domain::role::Role;
    use uuid::Uuid;

    use super::{
        super::{Help, letter},
        *,
    };

    #[test]
    fn r_acc_7_a_letter_of_a_transfer_leads_to_ones_own_page() {
        let said = |coordinator| transfer(LetterKind::TransferDone, coordinator, "https://a.ru");
        assert!(said(true).ends_with("https://a.ru/municipal/transfers"));
        assert!(said(false).ends_with("https://a.ru/profile"));
    }

    #[test]
    fn r_del_1_a_notice_presses_nobody() {
        let said = deletion("maria", "Город Томск", "https://a.ru/x", "01.12.2026 10:00");
        for words in [
            "maria",
            "(Город Томск)",
            "\nhttps://a.ru/x\n",
            "ничего не делайте",
            "14 дней, до 01.12.2026 10:00",
        ] {
            assert!(said.contains(words), "«{words}» is missing in: {said}");
        }
    }

    #[test]
    fn an_invitation_tells_whom_to_ask_and_not_to_reply() {
        let help = Help {
            contact: Some(Contact {
                name: "Сидорова Анна".into(),
                phone: "+7 913 000-00-00".into(),
            }),
            centre_alone: true,
            centre: "Центра аттестации".into(),
        };
        let invited = Invitation {
            email: "a@b.ru".into(),
            role: Role::School,
            organisation: "МАОУ СОШ № 5".into(),
            place: "Город Томск".into(),
            public_id: Uuid::nil(),
            nonce: Uuid::nil(),
            expires_at: chrono::DateTime::UNIX_EPOCH,
            invited_by: Some(1),
        };
        let body = invitation(
            &invited,
            "https://a.ru/invitation/x",
            "01.12.2026 10:00",
            "Центра",
        );
        let text = letter(&body, &help);
        for words in [
            "Координатор по аттестации в ОО",
            "МАОУ СОШ № 5, Город Томск",
            "\nhttps://a.ru/invitation/x\n",
            "24 часов, до 01.12.2026 10:00",
            "Не отвечайте на это сообщение",
            "Сидорова Анна, тел. +7 913 000-00-00",
        ] {
            assert!(text.contains(words), "«{words}» is missing in: {text}");
        }
    }
}
