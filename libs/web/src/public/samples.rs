//! `/forms` «Бланки и образцы»: what administrators publish for everybody (01 §1.9), a file each.

use app::samples::{Sample, digest, kind};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::sample::Section;
use maud::{Markup, html};
use ui::{Flavour, ru};

use crate::{Web, download::download, error::Result, etag, id::Id, page::Page, visit::Visit};

/// The page by sections, each with an anchor that applications lead to.
pub async fn list(visit: Visit, State(web): State<Web>) -> Result<Markup> {
    let samples = web.app.published_samples().await?;
    let of = |section: Section| {
        let there = samples.iter();
        there.filter(move |sample| sample.section == section.code())
    };
    Ok(Page::new(&visit, "Бланки и образцы")
        .flavour(Flavour::Reading)
        .render(html! {
            p { "Здесь публикуются таблицы результатов на первую и высшую квалификационные категории, образцы документов и нормативные документы." }
            @if samples.is_empty() { (ui::inset(html! { p { "Пока ничего не опубликовано." } })) }
            @for section in Section::ALL {
                @if of(section).next().is_some() {
                    h2 id=(section.code()) { (section.name()) }
                    ul class="govuk-list govuk-list--spaced" {
                        @for sample in of(section) { li { (link(sample)) } }
                    }
                }
            }
            h2 { "Что формирует сама система" }
            ul class="govuk-list govuk-list--bullet" {
                li { "Заявление о проведении аттестации: его заполняет и печатает кабинет педагогического работника." }
                li { "Заявление на отзыв: оно готовится там же." }
            }
            p { a class="govuk-link" href="/help/teacher" { "Как подать заявление" } }
        }))
}

/// A sample with the kind and size of its file.
fn link(sample: &Sample) -> Markup {
    let size = ru::file_size(sample.size.unsigned_abs());
    html! {
        a class="govuk-link" href={ "/forms/" (sample.public_id) } { (sample.title) }
        " (" (kind(sample)) ", " (size) ")"
    }
}

/// The file of a sample. A browser keeps it and asks each time whether it is still the one.
pub async fn file(State(web): State<Web>, headers: HeaderMap, Id(id): Id) -> Result<Response> {
    let sample = web.app.published_sample(id).await?;
    let tag = format!("\"{}\"", digest(&sample));
    let mut response = if etag::is_known(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        download(&sample.file_name, web.app.open_sample(&sample).await?)
    };
    let kept = response.headers_mut();
    kept.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        kept.insert(header::ETAG, tag);
    }
    Ok(response)
}
