//! What `matside history` and `matside report` make of a journal that the real writer wrote.

mod years;
