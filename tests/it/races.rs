//! Many at once, over several connections and several processes' pools (R-APP-5, R-APP-8):
//! what may happen once happens once, what must be whole is whole.

mod applying;
mod cases;
mod people;
mod registering;

use std::sync::Arc;

use app::App;
use futures::future::join_all;
use tests::World;
use tokio::sync::Barrier;

/// Starts all tasks at the same moment and gathers what they return.
async fn at_once<F, T>(tasks: impl IntoIterator<Item = F>) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let tasks: Vec<F> = tasks.into_iter().collect();
    let barrier = Arc::new(Barrier::new(tasks.len()));
    let handles = tasks.into_iter().map(|task| {
        let barrier = Arc::clone(&barrier);
        tokio::spawn(async move {
            barrier.wait().await;
            task.await
        })
    });
    let done = join_all(handles).await;
    done.into_iter().map(|done| done.unwrap()).collect()
}

/// Several processes on one database, as behind a balancer.
fn processes(world: &World) -> Vec<App> {
    (0..5).map(|_| world.another_app(4)).collect()
}
