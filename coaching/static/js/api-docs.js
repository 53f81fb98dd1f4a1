/* Shows our OpenAPI document in Swagger UI, in the colours that the person chose for the pages. */
(() => {
  "use strict";

  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const colour = () => {
    const chosen = root.dataset.bsTheme;
    root.classList.toggle("dark-mode", chosen ? chosen === "dark" : system.matches);
  };
  system.addEventListener("change", colour);
  colour();

  const place = document.getElementById("api-docs");
  window.SwaggerUIBundle({
    domNode: place,
    url: place.dataset.document,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    /* Of so many operations the viewer draws only those in sight; folded by noun, all are within reach of a search. */
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    /* The badge would send the document's address to somebody else's server. */
    validatorUrl: null,
  });
})();
