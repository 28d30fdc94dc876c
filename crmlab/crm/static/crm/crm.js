// Screen pop on the workbench, duplicate warning on the forms (both ask this CRM only), and a label left untranslated.
(function () {
  "use strict";
  const told = document.currentScript.dataset;
  function later(act) {
    let timer = 0;
    return function () { clearTimeout(timer); timer = setTimeout(act, 350); };
  }
  async function show(url, box) {
    const asked = url;
    box.dataset.asked = asked;
    const answer = await fetch(url, { credentials: "same-origin" });
    if (box.dataset.asked === asked) box.innerHTML = answer.ok ? await answer.text() : "";
  }
  const every = document.querySelector("label[for=select-all-toggle]");
  if (every) every.textContent = told.all;
  const phone = document.getElementById("call_phone"), pop = document.getElementById("crm-pop");
  if (phone && pop) {
    phone.addEventListener("input", later(function () {
      const number = phone.value.trim();
      if (number.replace(/\D/g, "").length < 5) { pop.textContent = ""; return; }
      show(told.pop + "?" + new URLSearchParams({ phone: number }), pop);
    }));
  }
  const form = document.querySelector("#account_form, #person_form");
  if (form) {
    const box = document.createElement("div");
    box.id = "crm-duplicates";
    form.prepend(box);
    const names = ["name", "phone", "e_mail"], known = location.pathname.match(/\/(\d+)\/change\//);
    const look = later(function () {
      const asked = new URLSearchParams({ model: form.id.replace("_form", ""), but: known ? known[1] : "" });
      names.forEach(function (name) {
        const field = form.querySelector("#id_" + name);
        if (field && field.value.trim()) asked.set(name, field.value.trim());
      });
      show(told.duplicates + "?" + asked, box);
    });
    names.forEach(function (name) {
      const field = form.querySelector("#id_" + name);
      if (field) field.addEventListener("input", look);
    });
  }
})();
