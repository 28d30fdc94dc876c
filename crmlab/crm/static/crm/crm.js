// Screen pop on the workbench, duplicate warning on the forms (both ask this CRM only), unsaved rows of the register of
// complaints, and a label left untranslated.
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
  document.querySelectorAll("button[data-phone]").forEach(function (button) {
    button.addEventListener("click", function () {
      if (!phone) return;
      phone.value = button.dataset.phone;
      phone.dispatchEvent(new Event("input"));
      document.getElementById("call_reason").focus();
    });
  });
  const register = document.getElementById("crm-register");
  if (register) {
    let unsaved = false;
    register.addEventListener("change", function (event) {
      unsaved = true;
      event.target.closest("tr").classList.add("crm-changed");
      document.getElementById("crm-unsaved").hidden = false;
    });
    register.addEventListener("submit", function () { unsaved = false; });
    window.addEventListener("beforeunload", function (event) { if (unsaved) event.preventDefault(); });
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
