"""Pages and the HTTP interface: one page a file in `pages/`, one chart a file in `charts/`, rights declared at each route."""
