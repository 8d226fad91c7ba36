//! A sign-in on the side: it asks the services, and tells the console what came of it.
//!
//! There is one at a time, and it ends with the console. Nothing waits for it, and it begins only because a person
//! asked.

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::app::{Attempt, Event};
use crate::aws::Clients;
use crate::aws::sign_in::WayIn;
use crate::model::reading::{Identity, Reading, Source, Trouble};
use crate::model::topology::Region;
use crate::ui::dialog::{Ask, News};

/// The sign-in that is under way, if one is.
#[derive(Debug, Default)]
pub(super) struct SigningIn {
    task: Option<AbortHandle>,
}

impl SigningIn {
    /// Does what was asked, and gives up what was under way.
    pub(super) fn ask(
        &mut self,
        (attempt, ask): (Attempt, Ask),
        clients: Clients,
        to_app: mpsc::Sender<Event>,
    ) {
        self.give_up();
        let way = Way { attempt, clients, to_app };
        let task = match ask {
            Ask::Begin => tokio::spawn(async move { way.begin().await }),
            Ask::Code(code) => tokio::spawn(async move { way.look(Some(code)).await }),
            Ask::Leave => return,
        };
        self.task = Some(task.abort_handle());
    }

    fn give_up(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

impl Drop for SigningIn {
    fn drop(&mut self) {
        self.give_up();
    }
}

/// One attempt on its way.
struct Way {
    attempt: Attempt,
    clients: Clients,
    to_app: mpsc::Sender<Event>,
}

impl Way {
    async fn tell(&self, news: News) {
        let _gone = self.to_app.send(Event::SignIn(self.attempt, news)).await;
    }

    async fn begin(&self) {
        match self.clients.way_in().await {
            Ok(WayIn::Browser { by }) => self.by_browser(by).await,
            Ok(way @ WayIn::Code { .. }) => self.ask_for_code(way, None).await,
            // What there is may have been renewed where it comes from.
            Err(nowhere) => match self.clients.renew(None).await {
                Ok(()) => self.done().await,
                Err(_) => self.tell(News::Undone(nowhere.to_string())).await,
            },
        }
    }

    async fn by_browser(&self, by: String) {
        let device = match self.clients.begin_sign_in().await {
            Ok(device) => device,
            Err(why) => return self.tell(News::Undone(why.to_string())).await,
        };
        let (url, code) = (device.url.clone(), device.code.clone());
        self.tell(News::Browser { by, url, code, until: device.until }).await;
        let heard = |answer: Result<(), Trouble>| {
            let news = answer.map_or_else(|why| News::Silent(why.to_string()), |()| News::Unconfirmed);
            // A full channel shows it with the next asking.
            let _full = self.to_app.try_send(Event::SignIn(self.attempt, news));
        };
        if let Err(why) = self.clients.finish_sign_in(&device, heard).await {
            return self.tell(News::Undone(why.to_string())).await;
        }
        self.tell(News::Looking).await;
        match self.clients.way_in().await {
            Ok(way @ WayIn::Code { .. }) => self.ask_for_code(way, None).await,
            _ => self.look(None).await,
        }
    }

    async fn ask_for_code(&self, way: WayIn, refused: Option<String>) {
        if let WayIn::Code { by, profile, device } = way {
            self.tell(News::Device { by, profile, device, refused }).await;
        }
    }

    /// Looks for credentials, with the code of a device where that was said.
    async fn look(&self, code: Option<String>) {
        let coded = code.is_some();
        let Err(trouble) = self.clients.renew(code).await else { return self.done().await };
        match self.clients.way_in().await {
            Ok(way @ WayIn::Code { .. }) if coded => self.ask_for_code(way, Some(trouble.text)).await,
            _ => self.tell(News::Undone(trouble.to_string())).await,
        }
    }

    async fn done(&self) {
        let identity = self.identity().await;
        self.tell(News::In(identity.map(Box::new))).await;
    }

    /// Whose credentials they are, from whichever Region says it first.
    async fn identity(&self) -> Option<Identity> {
        let region = |name: &Region| Source::Identity(name.clone());
        let sources: Vec<Source> = self.clients.topology().regions.iter().map(|r| region(&r.name)).collect();
        let mut asked: FuturesUnordered<_> = sources.iter().map(|one| self.clients.look(one)).collect();
        while let Some(seen) = asked.next().await {
            let identity = match &seen.result {
                Ok(Reading::Identity(identity)) => Some(identity.clone()),
                _ => None,
            };
            let _gone = self.to_app.send(Event::Observed(seen)).await;
            if identity.is_some() {
                return identity;
            }
        }
        None
    }
}
